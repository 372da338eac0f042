"""What a condition compares with: the kinds of answers, and values as editors write."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms.calculations import NUMERIC
from forms.forms.dates import read_date, read_time
from forms.forms.text import narrow
from forms.rules import TODAY

WHOLE_DATE = re.compile(r"(.+?)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def kind_of(question: dict) -> str:
    """How the answers to a question compare: as numbers, days, times, rows or text."""
    if question["type"] == "calculated":
        return "number" if question["calc"]["op"] in NUMERIC else "text"
    if question["type"] == "repeat":
        return "count"
    return question["type"]


def parts_of(text: str, target: dict) -> list[str]:
    """The values of a list; a choice that has a comma of its own stays in one piece."""
    parts = re.split(r"([,、，\n])", text)
    options = target.get("options") or []
    known = {words for option in options for words in (option["code"], option["label"])}
    found, at = [], 0
    while at < len(parts):
        ends = range(len(parts), at, -2)
        end = next((e for e in ends if "".join(parts[at:e]).strip() in known), at + 1)
        found.append("".join(parts[at:end]))
        at = end + 1
    return found


def typed_value(target: dict, text: str) -> str:
    """A value to compare with, in the form in which such answers are stored."""
    kind, label = kind_of(target), target["label"]
    if kind in ("number", "count"):
        value = narrow(text)
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            raise ValidationError(value)
        return value
    if kind == "time":
        return read_time(label, text)
    if kind == "date":
        if text in ("今日", _("today"), TODAY):
            return TODAY
        match = WHOLE_DATE.fullmatch(narrow(text))
        if match is None:
            raise ValidationError(text)
        return read_date(label, *match.groups()).isoformat()
    return text
