"""The earliest and the latest day or time of a question: fixed, or counted from today.

Today is the local day on which the answer is judged: that of filling in, and for what
was received already the day of sending, which ``as_of`` writes into the question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staff.templatetags.japanese import wareki

Field = Mapping[str, Any]

LATEST = "~"  # sorts after every day and every time, as answers are stored
FROM_TODAY = ("not_past", "first_days", "last_days")
MOST_DAYS = 3650


@dataclass(frozen=True, order=True)
class End:
    """A day or time as answers are stored; ``days`` is how far from today it lies."""

    value: str
    days: int | None = field(default=None, compare=False)


def as_of(question: Field, today: date) -> Field:
    """The question, and those in its rows, with the day that its limits count from."""
    if question["type"] == "date":
        return {**question, "today": today.isoformat()}
    if "fields" in question:
        rows = [as_of(sub, today) for sub in question["fields"]]
        return {**question, "fields": rows}
    return question


def today_of(question: Field) -> date:
    given = question.get("today")
    return date.fromisoformat(given) if given else timezone.localdate()


def days_in(question: Field, name: str) -> list[int]:
    """A number of days that an editor wrote, if it is one to reckon with."""
    days = question.get(name)
    return [days] if type(days) is int and 0 < days <= MOST_DAYS else []


def first_days(question: Field) -> int | None:
    """How many days after today the earliest day lies; None where today is no limit."""
    given = [0] if question.get("not_past") else []
    return max(given + days_in(question, "first_days"), default=None)


def last_days(question: Field) -> int | None:
    """How many days after today the latest day lies; None where today is no limit."""
    given = [0] if question.get("not_future") else []
    return min(given + days_in(question, "last_days"), default=None)


def earliest(question: Field) -> End | None:
    """Before it no answer may lie: the later of what is fixed and what is counted."""
    return max(_ends(question, "first", first_days(question)), default=None)


def latest(question: Field) -> End | None:
    """After it no answer may lie: the earlier of what is fixed and what is counted."""
    return min(_ends(question, "last", last_days(question)), default=None)


def _ends(question: Field, name: str, days: int | None) -> Iterator[End]:
    if question.get(name):
        yield End(question[name])
    if days is not None:
        yield End((today_of(question) + timedelta(days=days)).isoformat(), days)


def refuse_outside(question: Field, value: str) -> None:
    """Refuse a day or a time, as answers are stored, outside the question's limits."""
    first, last = earliest(question), latest({**question, "not_future": False})
    if first and value < first.value:
        raise ValidationError(_refusal(question, first, *too_early(first.days)))
    if last and value > last.value:
        raise ValidationError(_refusal(question, last, *too_late(last.days)))


def too_early(days: int | None) -> tuple[str, str]:
    """What to say where the end counts from today, and where it is a day by itself."""
    fixed = _("“%(label)s” must be %(limit)s or later.")
    if days == 0:
        return _("“%(label)s” must be today (%(limit)s) or later."), fixed
    counted = ngettext(
        "“%(label)s” must be %(limit)s (%(days)s day from today) or later.",
        "“%(label)s” must be %(limit)s (%(days)s days from today) or later.",
        days or 0,
    )
    return counted, fixed


def too_late(days: int | None) -> tuple[str, str]:
    """The same for what lies after the latest."""
    counted = ngettext(
        "“%(label)s” must be %(limit)s (%(days)s day from today) or earlier.",
        "“%(label)s” must be %(limit)s (%(days)s days from today) or earlier.",
        days or 0,
    )
    return counted, _("“%(label)s” must be %(limit)s or earlier.")


def _refusal(question: Field, end: End, counted: str, fixed: str) -> str:
    """The sentence of a refusal. A day that is over is not called today."""
    is_today = today_of(question) == timezone.localdate()
    words = counted if end.days is not None and is_today else fixed
    limit = said(end.value)
    return words % {"label": question["label"], "limit": limit, "days": end.days}


def said(value: str) -> str:
    """A day or a time, as answers are stored, for people."""
    return value if ":" in value else wareki(date.fromisoformat(value))


def span_in_words(question: Field) -> str:
    """From when to when an answer may lie, for who fills in; empty without limits.

    That a day cannot lie in the future says itself: nobody is told when they were born.
    """
    names = ("first", "last", *FROM_TODAY)
    if question["type"] not in ("date", "time") or not any(map(question.get, names)):
        return ""
    first, last = earliest(question), latest(question)
    ends = {"first": _end_in_words(question, first)}
    ends["last"] = _end_in_words(question, last)
    if first and last:
        return _("From %(first)s to %(last)s") % ends
    return (_("%(first)s or later") if first else _("%(last)s or earlier")) % ends


def _end_in_words(question: Field, end: End | None) -> str:
    if end and end.days == 0 and today_of(question) == timezone.localdate():
        return _("today (%(day)s)") % {"day": said(end.value)}
    return said(end.value) if end else ""


def rules_in_words(question: Field) -> list[str]:
    """What is counted from today, whatever day it is: for editors and programs."""
    found = [_("today or later")] if question.get("not_past") else []
    for days in days_in(question, "first_days"):
        words = ngettext(
            "%(days)s day from today or later",
            "%(days)s days from today or later",
            days,
        )
        found.append(words % {"days": days})
    for days in days_in(question, "last_days"):
        words = ngettext(
            "at most %(days)s day from today",
            "at most %(days)s days from today",
            days,
        )
        found.append(words % {"days": days})
    return found + ([_("today or earlier")] if question.get("not_future") else [])


def contradictions(question: Field) -> Iterator[str]:
    """Limits between which no answer can lie, as sentences for editors."""
    for name in ("first_days", "last_days"):
        if question.get(name) is not None and not days_in(question, name):
            words = _("“%(label)s”: the number of days must be from 1 to %(most)s.")
            yield words % {"label": question["label"], "most": MOST_DAYS}
    names = {"label": question["label"]}
    first, last = first_days(question), last_days(question)
    if question.get("first", "") > question.get("last", LATEST):
        yield _("“%(label)s”: the earliest lies after the latest.") % names
    elif first is not None and last is not None and first > last:
        words = _(
            "“%(label)s”: counted from today, the earliest lies after the latest."
        )
        yield words % names
    elif first is not None and question.get("last"):
        soonest = (today_of(question) + timedelta(days=first)).isoformat()
        if soonest > question["last"]:
            words = _(
                "“%(label)s”: the latest day, %(limit)s, lies before the earliest one"
                " counted from today. Nobody could answer."
            )
            yield words % {**names, "limit": said(question["last"])}
