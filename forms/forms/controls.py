"""One control for each kind of question: its names, what was typed, what it means.

``read`` takes what was typed out of a POST and keeps it as typed (that is what a draft
stores). ``clean`` turns it into the answer, or raises a sentence that names the
question and says what to do; None is no answer. ``show`` is the answer for people,
``raw`` the answer as a machine outside wants it: option codes, ISO days and times.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import QueryDict
from django.utils.translation import gettext as _

from forms.forms import dates, text
from staff.dates import wareki
from staff.models import Partner

Field = Mapping[str, Any]


class Control:
    """A single text box. The others say where they differ."""

    template = "forms/controls/text.html"
    input_type = "text"
    input_mode = ""
    autocomplete = "off"
    is_group = False
    is_answer = True
    empty: Any = ""

    def read(self, field: Field, post: QueryDict) -> Any:
        return text.tidy(post.get(field["key"], ""))

    def is_empty(self, typed: Any) -> bool:
        return not typed or not str(typed).strip()

    def clean(self, field: Field, typed: Any) -> Any:
        """The answer; None if there is none. ValidationError says what to change."""
        if self.is_empty(typed):
            return None
        text.refuse_unreadable(field["label"], str(typed))
        return self.parse(field, typed)

    def parse(self, field: Field, typed: Any) -> Any:
        return self.checked(field, " ".join(typed.split("\n")).strip())

    def checked(self, field: Field, value: str) -> str:
        text.refuse_length(field["label"], value, field.get("max") or 0)
        if field.get("is_name"):
            text.refuse_emoji(field["label"], value)
        return value

    def missing(self, field: Field) -> str:
        return _("Enter “%(label)s”.") % {"label": field["label"]}

    def show(self, field: Field, value: Any) -> str:
        return str(value)

    def raw(self, field: Field, value: Any) -> Any:
        return value


class LongText(Control):
    template = "forms/controls/long_text.html"

    def parse(self, field, typed):
        return self.checked(field, typed)


class Kana(Control):
    def parse(self, field, typed):
        value = text.to_katakana(" ".join(typed.split("\n")).strip())
        text.refuse_emoji(field["label"], value)
        if not text.KANA.fullmatch(value):
            raise ValidationError(
                _("Write “%(label)s” in hiragana or katakana, like トヨナカ.")
                % {"label": field["label"]}
            )
        return self.checked(field, value)


class Number(Control):
    input_mode = "numeric"

    def parse(self, field, typed):
        value = text.narrow(typed)
        if not re.fullmatch(r"-?\d{1,12}", value):
            raise ValidationError(
                _(
                    "Write “%(label)s” as a whole number, without commas and without a"
                    " unit. Now it reads “%(text)s”."
                )
                % {"label": field["label"], "text": value[:20]}
            )
        number, low, high = int(value), field.get("minimum"), field.get("maximum")
        if low is not None and number < low:
            raise ValidationError(
                _("“%(label)s” must be %(limit)s or more.")
                % {"label": field["label"], "limit": low}
            )
        if high is not None and number > high:
            raise ValidationError(
                _("“%(label)s” must be %(limit)s or less.")
                % {"label": field["label"], "limit": high}
            )
        return str(number)


class Day(Control):
    """Three text boxes: year, month, day. What was typed is kept as three texts."""

    template = "forms/controls/date.html"
    is_group = True
    PARTS = ["year", "month", "day"]

    def read(self, field, post):
        typed = {p: text.tidy(post.get(f"{field['key']}-{p}", "")) for p in self.PARTS}
        return typed if any(typed.values()) else ""

    def is_empty(self, typed):
        return not typed or not any(part.strip() for part in typed.values())

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
        return day.isoformat()

    def show(self, field, value):
        day = date.fromisoformat(value)
        return _("%(era_date)s (%(year)s)") % {
            "era_date": wareki(day),
            "year": day.year,
        }


class Time(Control):
    input_mode = "text"

    def parse(self, field, typed):
        return dates.read_time(field["label"], typed)


class Phone(Control):
    input_type = "tel"
    input_mode = "tel"
    autocomplete = "tel"

    def parse(self, field, typed):
        value = text.HYPHENS.sub("", text.narrow(typed))
        if value.startswith("+81"):
            value = "0" + value[3:].removeprefix("0")
        if re.fullmatch(r"\+\d{8,15}", value) or re.fullmatch(r"0\d{9,10}", value):
            return value
        if value.isdecimal():
            raise ValidationError(
                _(
                    "Write “%(label)s” with 10 or 11 digits, beginning with 0. It now"
                    " has %(length)s digits."
                )
                % {"label": field["label"], "length": len(value)}
            )
        raise ValidationError(
            _("Write “%(label)s” with digits only, like 06-1234-5678.")
            % {"label": field["label"]}
        )

    def show(self, field, value):
        if re.fullmatch(r"0[5789]0\d{8}", value):
            return f"{value[:3]}-{value[3:7]}-{value[7:]}"
        if re.fullmatch(r"0[36]\d{8}", value):
            return f"{value[:2]}-{value[2:6]}-{value[6:]}"
        return value


class Email(Control):
    input_type = "email"
    input_mode = "email"
    autocomplete = "email"

    def parse(self, field, typed):
        value = text.narrow(typed).replace(" ", "")
        local, _at, domain = value.rpartition("@")
        # Three carriers gave out addresses with dots that the standard forbids
        # (``taro.@…``). People still use them and their mail arrives.
        if domain.lower() in text.LEGACY_MAIL:
            local = re.sub(r"\.+", ".", local).strip(".")
        try:
            EmailValidator()(f"{local}@{domain}")
        except ValidationError:
            raise ValidationError(
                _("Write “%(label)s” as a mail address, like name@example.jp.")
                % {"label": field["label"]}
            ) from None
        return self.checked(field, value)


class Postcode(Control):
    input_mode = "numeric"
    autocomplete = "postal-code"

    def parse(self, field, typed):
        value = text.HYPHENS.sub("", text.narrow(typed)).removeprefix("〒")
        if not re.fullmatch(r"\d{7}", value):
            raise ValidationError(
                _("Write “%(label)s” with 7 digits, like 560-0001.")
                % {"label": field["label"]}
            )
        return value

    def show(self, field, value):
        return f"〒{value[:3]}-{value[3:]}"


def option_of(field: Field, key: str) -> Field | None:
    return next((o for o in field["options"] if o["key"] == key), None)


class OneChoice(Control):
    """Radio buttons, or a list to pick from."""

    def __init__(self, template: str, is_group: bool):
        self.template, self.is_group = template, is_group

    def parse(self, field, typed):
        # A value that was never offered is dropped, as if nothing had been chosen.
        return typed if option_of(field, typed) else None

    def missing(self, field):
        return _("Choose “%(label)s”.") % {"label": field["label"]}

    def show(self, field, value):
        option = option_of(field, value)
        return option["label"] if option else ""

    def raw(self, field, value):
        option = option_of(field, value)
        return option["code"] if option else None


class Checkboxes(Control):
    template = "forms/controls/checkboxes.html"
    is_group = True
    empty: Any = []

    def read(self, field, post):
        return [text.tidy(value)[:40] for value in post.getlist(field["key"])][:200]

    def is_empty(self, typed):
        return not typed

    def clean(self, field, typed):
        offered = [option["key"] for option in field["options"]]
        return [key for key in offered if key in (typed or [])] or None

    def missing(self, field):
        return _("Choose at least one under “%(label)s”.") % {"label": field["label"]}

    def show(self, field, value):
        labels = [
            option["label"] for option in field["options"] if option["key"] in value
        ]
        return "\n".join(labels)

    def raw(self, field, value):
        return [o["code"] for o in field["options"] if o["key"] in value]


class Confirm(Control):
    """One box to tick."""

    template = "forms/controls/confirm.html"

    def parse(self, field, typed):
        return "yes" if typed == "yes" else None

    def missing(self, field):
        return _("Please read “%(label)s” and tick the box.") % {
            "label": field["label"]
        }

    def show(self, field, value):
        return _("Ticked")


class PartnerChoice(Control):
    """A school from the list, or its name typed. The answer keeps its name of today."""

    template = "forms/controls/partner.html"
    is_group = True

    def read(self, field, post):
        typed = {
            "code": text.tidy(post.get(field["key"], ""))[:20],
            "name": text.tidy(post.get(f"{field['key']}-other", "")),
        }
        return typed if any(typed.values()) else ""

    def is_empty(self, typed):
        return not typed or not (typed["code"] or typed["name"].strip())

    def clean(self, field, typed):
        if self.is_empty(typed):
            return None
        name = " ".join(typed["name"].split("\n")).strip()
        text.refuse_unreadable(field["label"], name)
        if name:
            return {"code": "", "name": self.checked(field, name)}
        return self.listed(typed["code"])

    def listed(self, code: str) -> dict[str, str] | None:
        partner = Partner.objects.filter(code=code, is_active=True).first()
        return {"code": partner.code, "name": partner.name} if partner else None

    def missing(self, field):
        return _("Choose “%(label)s” from the list, or write its name.") % {
            "label": field["label"]
        }

    def show(self, field, value):
        return value["name"]

    def raw(self, field, value):
        return value["name"]


class Notice(Control):
    """Text to read: it asks nothing and keeps nothing."""

    template = "forms/controls/information.html"
    is_answer = False

    def read(self, field, post):
        return ""

    def clean(self, field, typed):
        return None


CONTROLS: dict[str, Control] = {
    "short_text": Control(),
    "long_text": LongText(),
    "kana": Kana(),
    "number": Number(),
    "date": Day(),
    "time": Time(),
    "phone": Phone(),
    "email": Email(),
    "postcode": Postcode(),
    "radio": OneChoice("forms/controls/radio.html", is_group=True),
    "select": OneChoice("forms/controls/select.html", is_group=False),
    "checkboxes": Checkboxes(),
    "confirm": Confirm(),
    "partner": PartnerChoice(),
    "information": Notice(),
    "urgent": Notice(),
}


def control_of(field: Field) -> Control:
    """The control of a question of a published document."""
    return CONTROLS[field["type"]]
