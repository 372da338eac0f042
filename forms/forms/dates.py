"""Days and times as people write them: Western years, eras, full-width digits."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from forms.forms.text import narrow
from staff.dates import ERAS

ERA_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
YEAR = re.compile(r"(?:(令和|平成|昭和|大正|明治|[RHSTM])\s*\.?\s*)?(元|\d{1,4})\s*年?")
TIME = re.compile(
    r"(午前|午後|AM|PM)?\s*(\d{1,2})\s*(?:[:.時]\s*(\d{1,2})?|(?<=\d\d)(\d{2}))\s*分?"
)


def read_year(label: str, text: str) -> tuple[int, date | None]:
    """The Western year of ``2015``, ``H27`` or ``令和元``, and its era's first day."""
    match = YEAR.fullmatch(narrow(text).upper())
    if match is None:
        raise ValidationError(
            _(
                "Write the year of “%(label)s” like 2015, 平成27 or H27. Now it"
                " reads “%(text)s”."
            )
            % {"label": label, "text": text[:20]}
        )
    era, number = match[1], 1 if match[2] == "元" else int(match[2])
    if era:
        name = ERA_LETTERS.get(era, era)
        start = next(day for day, known in ERAS if known == name)
        if number > 99 or number < 1:
            raise ValidationError(
                _("The year of “%(label)s” does not exist in its era. Please check it.")
                % {"label": label}
            )
        return start.year + number - 1, start
    if match[2] == "元" or number < 1868 or number > 2200:
        raise ValidationError(
            _(
                "Write the year of “%(label)s” with four digits (2015) or with its era"
                " (平成27)."
            )
            % {"label": label}
        )
    return number, None


def read_number(label: str, part: str, text: str, last: int) -> int:
    """A month or a day: a number from 1 to *last*."""
    text = narrow(text).removesuffix("月").removesuffix("日")
    if not re.fullmatch(r"\d{1,2}", text) or not 1 <= int(text) <= last:
        raise ValidationError(
            _("%(part)s of “%(label)s” must be a number from 1 to %(last)s.")
            % {"label": label, "part": part, "last": last}
        )
    return int(text)


def read_date(label: str, year: str, month: str, day: str) -> date:
    """The day meant by three typed parts; a sentence that names the part at fault."""
    western, era_start = read_year(label, year)
    parts = read_number(label, _("The month"), month, 12)
    day_number = read_number(label, _("The day"), day, 31)
    try:
        result = date(western, parts, day_number)
    except ValueError:
        raise ValidationError(
            _("“%(label)s”: this day does not exist. Please check month and day.")
            % {"label": label}
        ) from None
    if era_start and result < era_start:
        raise ValidationError(
            _("“%(label)s”: the era had not begun on this day. Please check the year.")
            % {"label": label}
        )
    return result


def refuse_future(label: str, day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(
            _("“%(label)s” lies in the future. Please check it.") % {"label": label}
        )


def read_time(label: str, text: str) -> str:
    """``14:05``, ``1405``, ``14時5分`` or ``午後2時5分`` as ``14:05``."""
    match = TIME.fullmatch(narrow(text).upper())
    if match:
        hour, minute = int(match[2]), int(match[3] or match[4] or 0)
        if match[1] in ("午後", "PM") and hour < 12:
            hour += 12
        if match[1] in ("午前", "AM") and hour == 12:
            hour = 0
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}"
    raise ValidationError(
        _("Write “%(label)s” as hours and minutes, like 14:05.") % {"label": label}
    )
