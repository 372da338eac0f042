"""Text boxes: free text, kana, numbers, days and times."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms import limits
from forms.forms import dates, text
from forms.forms.controls.base import Control, one_line, part_of
from staff.dates import wareki


class LongText(Control):
    template = "forms/controls/long_text.html"

    def parse(self, field, typed):
        return self.checked(field, typed)


def read_kana(label: str, typed: str) -> str:
    value = text.to_katakana(one_line(typed))
    text.refuse_emoji(label, value)
    if not text.KANA.fullmatch(value):
        raise ValidationError(
            _("Write “%(label)s” in hiragana or katakana, like トヨナカ.")
            % {"label": label}
        )
    return value


class Kana(Control):
    is_read_by_server = True

    def parse(self, field, typed):
        return self.checked(field, read_kana(field["label"], typed))


class Number(Control):
    """A number: whole, or with as many decimals as the question allows."""

    input_mode = "decimal"

    def parse(self, field, typed):
        value, places = text.narrow(typed), field.get("decimals") or 0
        if not re.fullmatch(NUMBERS[min(places, 4)], value):
            raise ValidationError(
                self.how_to_write(places)
                % {"label": field["label"], "text": value[:20], "places": places}
            )
        number = Decimal(value)
        self.refuse_outside(field, number)
        return format(number.quantize(Decimal(1).scaleb(-places)), "f")

    def how_to_write(self, places: int) -> str:
        if places:
            return _(
                "Write “%(label)s” as a number with up to %(places)s decimals, without"
                " commas and without a unit. Now it reads “%(text)s”."
            )
        return _(
            "Write “%(label)s” as a whole number, without commas and without a"
            " unit. Now it reads “%(text)s”."
        )

    def refuse_outside(self, field, number: Decimal) -> None:
        low, high = field.get("minimum"), field.get("maximum")
        if low is not None and number < Decimal(str(low)):
            raise ValidationError(
                _("“%(label)s” must be %(limit)s or more.")
                % {"label": field["label"], "limit": low}
            )
        if high is not None and number > Decimal(str(high)):
            raise ValidationError(
                _("“%(label)s” must be %(limit)s or less.")
                % {"label": field["label"], "limit": high}
            )


NUMBERS = [
    r"-?[0-9]{1,12}" + (rf"(\.[0-9]{{1,{places}}})?" if places else "")
    for places in range(5)
]


class Day(Control):
    """Three text boxes: year, month, day. What was typed is kept as three texts."""

    template = "forms/controls/date.html"
    is_group = True
    PARTS = ["year", "month", "day"]

    def read(self, field, post):
        typed = {p: text.tidy(post.get(f"{field['key']}-{p}", "")) for p in self.PARTS}
        return typed if any(typed.values()) else ""

    def target(self, field, part):
        return f"-{part or 'year'}"

    def is_empty(self, typed):
        return not any(part_of(typed, part).strip() for part in self.PARTS)

    def clean(self, field, typed):
        if not isinstance(typed, Mapping) or self.is_empty(typed):
            return None
        parts = {part: part_of(typed, part) for part in self.PARTS}
        text.refuse_unreadable(field["label"], "".join(parts.values()))
        return self.parse(field, parts)

    def parse(self, field, typed):
        missing = [part for part in self.PARTS if not typed[part].strip()]
        if missing:
            names = {"year": _("year"), "month": _("month"), "day": _("day")}
            raise ValidationError(
                _("“%(label)s”: please fill in the %(parts)s too.")
                % {
                    "label": field["label"],
                    "parts": _(" and ").join(str(names[part]) for part in missing),
                },
                params={"part": missing[0]},
            )
        day = dates.read_date(field["label"], *(typed[part] for part in self.PARTS))
        if field.get("not_future"):
            dates.refuse_future(field["label"], day)
        limits.refuse_outside(field, day.isoformat())
        return day.isoformat()

    def show(self, field, value):
        day = date.fromisoformat(value)
        return _("%(era_date)s (%(year)s)") % {
            "era_date": wareki(day),
            "year": day.year,
        }

    def retype(self, field, value):
        parts = date.fromisoformat(value).timetuple()[:3]
        return {p: str(n) for p, n in zip(self.PARTS, parts, strict=True)}


class Time(Control):
    is_read_by_server = True
    input_mode = "text"

    def parse(self, field, typed):
        value = dates.read_time(field["label"], typed)
        limits.refuse_outside(field, value)
        return value
