"""Form fields that take dates and times as people in a city office write them."""

import re
import unicodedata
from datetime import date, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from staff.dates import ERAS, wareki

ERA_LETTERS = dict(zip("RHSTM", (name for _start, name in ERAS), strict=True))
DASHES = str.maketrans(dict.fromkeys("ー−‐‑–—―", "-"))
REST = r"[年./-](\d{1,2})[月./-](\d{1,2})日?(?:\([月火水木金土日]\))?"
ERA = r"(令和|平成|昭和|大正|明治|[RHSTM])\.?(元|\d{1,2})"
BY_ERA = re.compile(ERA + REST, re.ASCII)
BY_YEAR = re.compile(r"(\d{4})" + REST, re.ASCII)
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
TIME = re.compile(r"(\d{1,2})[:時](\d{1,2})?分?(?::\d{2})?", re.ASCII)
YEARS = range(1868, 2200)
LOST = "\ufffd"
LOST_SIGNS = _(
    "%(label)s: some characters could not be read (they show as “�”)."
    " Please type them again."
)


def folded(text: str) -> str:
    """Digits, letters and signs in their narrow form, without blanks."""
    text = unicodedata.normalize("NFKC", text).translate(DASHES).upper()
    return "".join(text.split())


def parse_date(text: str) -> date:
    """Read a date by its era or by the Western year; ValueError if it is none.

    ``令和8年11月23日``, ``R8.11.23``, ``2026/11/23``, ``20261123``, in wide digits too.
    A day that does not lie in the era named is no date.
    """
    text = folded(text)
    if found := BY_ERA.fullmatch(text):
        era, year, month, day = found.groups()
        return _day_of_era(era, 1 if year == "元" else int(year), int(month), int(day))
    found = BY_YEAR.fullmatch(text) or DIGITS.fullmatch(text)
    if not found or int(found[1]) not in YEARS:
        raise ValueError("not a date")
    return date(int(found[1]), int(found[2]), int(found[3]))


def _day_of_era(era: str, year: int, month: int, day: int) -> date:
    era = ERA_LETTERS.get(era, era)
    names = [name for _start, name in ERAS]
    place = names.index(era)
    start = ERAS[place][0]
    result = date(start.year + year - 1, month, day)
    is_over = place > 0 and result >= ERAS[place - 1][0]
    if result < start or is_over:
        raise ValueError("not a day of this era")
    return result


def parse_time(text: str) -> time:
    """Read a time of day: ``16:30``, ``16時30分``, ``16時``, in wide digits too."""
    found = TIME.fullmatch(folded(text))
    if not found or (":" in found[0] and not found[2]):
        raise ValueError("not a time")
    return time(int(found[1]), int(found[2] or 0))


class JapaneseDateInput(forms.TextInput):
    """A line of text that shows a stored date by its era."""

    def format_value(self, value):
        return wareki(value) if isinstance(value, date) else super().format_value(value)


class JapaneseDateField(forms.Field):
    """A date as staff write it; what cannot be read is answered with an example."""

    widget = JapaneseDateInput
    default_error_messages = {
        "invalid": _("Give a date such as 令和8年11月23日, R8.11.23 or 2026/11/23."),
    }

    def __init__(self, **kwargs):
        kwargs["help_text"] = kwargs.get("help_text") or _(
            "For example 令和8年11月23日 or 2026/11/23"
        )
        super().__init__(**kwargs)

    def to_python(self, value) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        text = str(value)
        if not text.strip():
            return None
        try:
            return parse_date(text[:40])
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], "invalid") from error

    def widget_attrs(self, widget) -> dict:
        return {"autocomplete": "off", "maxlength": "40"}


class JapaneseTimeField(forms.Field):
    """A time of day as staff write it, on the 24-hour clock."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Give a time such as 16:30 or 16時30分."),
    }

    def __init__(self, **kwargs):
        kwargs["help_text"] = kwargs.get("help_text") or _("For example 16:30")
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return f"{value:%-H:%M}" if isinstance(value, time) else value

    def to_python(self, value) -> time | None:
        if value in self.empty_values or isinstance(value, time):
            return value or None
        text = str(value)
        if not text.strip():
            return None
        try:
            return parse_time(text[:20])
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], "invalid") from error

    def widget_attrs(self, widget) -> dict:
        return {"autocomplete": "off", "maxlength": "20"}


class PrivateForm(forms.Form):
    """A form of the staff desk: it knows who fills it in, to limit what it offers."""

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self):
        """Refuse signs that got lost on the way, where the text still can be mended."""
        cleaned = super().clean()
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and LOST in value:
                self.add_error(name, LOST_SIGNS % {"label": self.fields[name].label})
        return cleaned


class RevisionField(forms.IntegerField):
    """The revision of a record that the page showed; it travels hidden.

    An act names it, and fails where somebody else has changed the record since.
    """

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        message = _("The page is out of date. Open it again from the list.")
        super().__init__(
            min_value=1,
            max_value=2**31 - 1,
            error_messages=dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), message
            ),
            **kwargs,
        )
