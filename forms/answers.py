"""Answers: from what was typed to what it means, and from there to words.

One reading and one rendering for page, POST, review, receipt, PDF and staff screens.
Received answers always read as they were asked: by the document of their own version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from forms.compiler import fields_of
from forms.forms.controls import Repeat, control_of, one_partner_list, sub_key
from forms.languages import in_language
from forms.limits import as_of
from forms.models import Submission
from forms.rules import Walk, judge, keys_in, relevant, walk


@dataclass
class Reading:
    """What a set of typed answers amounts to.

    ``values`` holds the valid answers to questions that are asked; ``asked`` the keys
    of the pages and questions that are asked; ``errors`` a sentence for each question
    that is asked and not answered as it must be; ``parts`` which text box is at fault.
    A question in a row of a group is named ``group-row-question`` in all but values.
    ``required`` is what must be answered now, ``closed`` what cannot be chosen now.
    """

    values: dict[str, Any]
    asked: set[str]
    errors: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def is_wrong(self, question: Mapping) -> bool:
        """Whether a question, or one in a row of it, is not answered as it must be."""
        key = question["key"]
        return any(k == key or k.startswith(f"{key}-") for k in self.errors)


@dataclass
class AnswerItem:
    """One question as it was asked, and its answer in words; no text if unanswered.

    A group has ``rows`` as well: the heading of each with the items in it.
    """

    key: str
    code: str
    label: str
    type: str
    text: str
    is_former: bool = False
    rows: list[tuple[str, list["AnswerItem"]]] = field(default_factory=list)
    width: str = ""
    is_sensitive: bool = False


@dataclass
class AnswerPage:
    """One page as it was asked."""

    number: int
    title: str
    items: list[AnswerItem]


def read(document: Mapping, typed: Mapping[str, Any], today: date) -> Reading:
    """Read typed answers; keys that the document does not know are not looked at."""
    with one_partner_list():
        values, faults = _clean(document, typed, today)
    found = walk(document, values, today)
    reading = Reading(
        found.present, found.asked, required=found.required, closed=found.closed
    )
    for question in fields_of(document):
        if question["key"] in found.asked:
            if question.get("fields") is not None:
                _judge_rows(reading, question, typed, faults, found)
            else:
                _judge(reading, question, found.present, faults, found)
    for page in document["pages"]:
        if page["key"] in found.asked:
            _check_across(reading, page, today)
    return reading


def _clean(document: Mapping, typed: Mapping, today: date) -> tuple[dict, dict]:
    """The valid answers, relevant or not, and what is wrong with the others."""
    values: dict[str, Any] = {}
    faults: dict[str, ValidationError] = {}
    for asked in fields_of(document):
        question = as_of(asked, today)
        key, control = question["key"], control_of(question)
        if isinstance(control, Repeat):
            values[key], wrong = control.clean_rows(question, typed.get(key))
            faults |= wrong
            continue
        try:
            value = control.clean(question, typed.get(key))
        except ValidationError as error:
            faults[key] = error
        else:
            if value is not None:
                values[key] = value
    return values, faults


def _judge(
    reading: Reading, question: Mapping, values: Mapping, faults: Mapping, found: Walk
) -> None:
    """Say what is wrong with one question: in a row, *question* has its name there."""
    name = question["key"]
    own = question.get("own_key", name)
    if question["type"] == "stop":
        reading.errors[name] = question["label"]
    elif name in faults:
        reading.errors[name] = faults[name].messages[0]
        reading.parts[name] = (getattr(faults[name], "params", None) or {}).get(
            "part", ""
        )
    elif name in found.withdrawn:
        reading.errors[name] = _closed(question, found.withdrawn[name])
    elif name in found.required and own not in values:
        reading.errors[name] = control_of(question).missing(question)


def _closed(question: Mapping, key: str) -> str:
    labels = {option["key"]: option["label"] for option in question["options"]}
    return _(
        "“%(choice)s” of “%(label)s” cannot be chosen together with the other answers."
        " Please choose again."
    ) % {"choice": labels[key], "label": question["label"]}


def _judge_rows(
    reading: Reading, group: Mapping, typed: Mapping, faults: Mapping, found: Walk
) -> None:
    """Judge a group: what is missing in each row begun, and how many rows count.

    A row in which nothing counts (all that was typed is not asked now) is no row.
    """
    control = control_of(group)
    rows = control.rows_of(group, typed.get(group["key"]))
    begun = {row["id"] for row in rows if not control.is_blank(group, row)}
    values = {row["id"]: row for row in reading.values.get(group["key"]) or []}
    counted = begun & values.keys()
    for row, question in control.subs(group, rows):
        if row["id"] in begun and question["key"] in found.asked:
            named = control.named(group, question)
            _judge(reading, named, values.get(row["id"], {}), faults, found)
            if named["key"] in reading.errors:
                counted.add(row["id"])
    if not counted and group["key"] in found.required:
        reading.errors[group["key"]] = control.missing(group)
    elif sentence := control.check_number(group, len(counted)):
        reading.errors[group["key"]] = sentence


def _check_across(reading: Reading, page: Mapping, today: date) -> None:
    """The rules of a page about several answers; a missing one decides nothing."""
    for check in page.get("checks") or []:
        concerned = keys_in(check["rule"]) | {check["at"]}
        if check["at"] not in reading.asked or concerned & reading.errors.keys():
            continue
        if judge(check["rule"], reading.values, today) is False:
            reading.errors[check["at"]] = check["message"]


def pages_in_words(
    document: Mapping,
    values: Mapping[str, Any],
    asked: set[str],
    current: set[str] | None = None,
) -> list[AnswerPage]:
    """Pages and questions that were asked, with the answers in words.

    *current* are the keys that the form asks today: other questions are marked.
    """
    pages = []
    for number, page in enumerate(document["pages"], start=1):
        items = [
            _item(question, values.get(question["key"]), asked, current)
            for question in page["fields"]
            if question["key"] in asked and control_of(question).is_answer
        ]
        if page["key"] in asked and items:
            pages.append(AnswerPage(number, page["title"], items))
    return pages


def _item(
    question: Mapping, value: Any, asked: set[str], current: set[str] | None
) -> AnswerItem:
    item = AnswerItem(
        key=question["key"],
        code=question["code"],
        label=question["label"],
        type=question["type"],
        text="" if value is None else control_of(question).show(question, value),
        is_former=current is not None and question["key"] not in current,
        width=question.get("width", ""),
        is_sensitive=bool(question.get("sensitive")),
    )
    if question.get("fields") is not None:
        item.rows = _rows_in_words(question, value or [], asked)
    return item


def _rows_in_words(
    group: Mapping, rows: list[dict], asked: set[str]
) -> list[tuple[str, list[AnswerItem]]]:
    """Each row of a group: its heading, and what was asked in it."""
    control, found = control_of(group), []
    for at, row in enumerate(rows, 1):
        items = [
            _item(sub, row.get(sub["key"]), asked, None)
            for sub in group["fields"]
            if control_of(sub).is_answer
            and sub_key(group["key"], row["id"], sub["key"]) in asked
        ]
        found.append((control.row_title(group, at), items))
    return found


def pages_of(submission: Submission, language: str = "") -> list[AnswerPage]:
    """The received answers in the words of their own version.

    Questions that the form no longer asks are marked ``is_former``. Conditions on
    "today" are read as of the day of sending. *language* is the reader's, if not
    Japanese.
    """
    document = submission.version.document
    document = in_language(document, language or settings.LANGUAGE_CODE)
    asked = asked_when_sent(submission)
    return pages_in_words(document, submission.answers, asked, current_keys(submission))


def asked_when_sent(submission: Submission) -> set[str]:
    """The keys of what was asked, as of the day of sending.

    Where the answer was cleared that a question hung from, its own answer says so: what
    was not asked was not kept.
    """
    document = submission.version.document
    day = timezone.localtime(submission.submitted_at).date()
    asked = relevant(document, submission.answers, day)
    if submission.thinned_at or submission.anonymised_at:
        asked |= keys_answered(document, submission.answers)
    return asked


def keys_answered(document: Mapping, values: Mapping[str, Any]) -> set[str]:
    """The keys of the questions with an answer, in rows too, and of their pages."""
    found: set[str] = set()
    for page in document["pages"]:
        for question in page["fields"]:
            key = question["key"]
            if key not in values:
                continue
            found |= {page["key"], key}
            if question.get("fields") is not None:
                rows = values[key] or []
                found |= {sub_key(key, row["id"], k) for row in rows for k in row}
    return found


def current_keys(submission: Submission) -> set[str] | None:
    """The questions that the form asks today; None where this is today's version."""
    latest = submission.form.latest_version()
    if latest is None or latest.pk == submission.version_id:
        return None
    return {question["key"] for question in fields_of(latest.document)}


def answer(
    submission: Submission, code: str, values: Mapping[str, Any] | None = None
) -> str | list[str] | None:
    """One received answer by its item code: option codes, ISO days and times, or text.

    None where the question was not asked, not answered or does not exist. *values* are
    the answers to look into, if not those that were sent.
    """
    values = submission.answers if values is None else values
    for question in fields_of(submission.version.document):
        if question["code"] == code:
            value = values.get(question["key"])
            return None if value is None else control_of(question).raw(question, value)
    return None
