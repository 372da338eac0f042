"""How to reach somebody: name, phone, mail, postal code, address."""

import re
from collections.abc import Mapping

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from forms.forms import text
from forms.forms.controls.base import Control, one_line, part_of, refuse_part
from forms.forms.controls.texts import read_kana
from forms.models import Town

EXTENSION = re.compile(
    r"(.+?)[\s,、;(]*(?:内線|ext\.?|x|#)\s*[:.]?\s*(\d{1,6})\)?", re.I
)
SHORT_MOBILE = re.compile(r"0[5-9]0\d{7}")
LONG_LANDLINE = re.compile(r"0(?!\d0|800)\d{10}")


class Phone(Control):
    """A number in digits; an extension stands behind it: ``0668580000 内線12``."""

    is_read_by_server = True
    input_type = "tel"
    input_mode = "tel"
    autocomplete = "tel"

    def parse(self, field, typed):
        value = text.narrow(one_line(typed))
        found = EXTENSION.fullmatch(value)
        number, extension = (found[1], found[2]) if found else (value, "")
        number = self.digits(field, text.HYPHENS.sub("", number))
        return f"{number} 内線{extension}" if extension else number

    def digits(self, field, value: str) -> str:
        if value.startswith("+81"):
            value = "0" + value[3:].removeprefix("0")
        if re.fullmatch(r"\+[0-9]{8,15}", value) and _is_possible(value):
            return value
        is_odd = SHORT_MOBILE.fullmatch(value) or LONG_LANDLINE.fullmatch(value)
        if re.fullmatch(r"0[0-9]{9,10}", value) and not is_odd:
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
        number, _space, extension = value.partition(" ")
        shown = _with_hyphens(number)
        return f"{shown}（{extension}）" if extension else shown


def _is_possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _with_hyphens(number: str) -> str:
    """The number with the hyphens of its area; as it is where none is known."""
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return number
    kind = phonenumbers.PhoneNumberFormat
    way = kind.INTERNATIONAL if number.startswith("+") else kind.NATIONAL
    return phonenumbers.format_number(parsed, way)


class Email(Control):
    is_read_by_server = True
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


def read_postcode(typed: str) -> str:
    """Seven digits, or nothing where there are not seven."""
    value = text.HYPHENS.sub("", text.narrow(typed)).removeprefix("〒")
    return value if re.fullmatch(r"[0-9]{7}", value) else ""


def show_postcode(value: str) -> str:
    return f"〒{value[:3]}-{value[3:]}"


class Postcode(Control):
    is_read_by_server = True
    input_mode = "numeric"
    autocomplete = "postal-code"

    def parse(self, field, typed):
        value = read_postcode(typed)
        if not value:
            raise ValidationError(
                _("Write “%(label)s” with 7 digits, like 560-0001.")
                % {"label": field["label"]}
            )
        return value

    def show(self, field, value):
        return show_postcode(value)


class Composite(Control):
    """Several text boxes that are one answer; the first box has the question's name."""

    is_group = True
    PARTS: list[str] = []

    def name_of(self, field, part: str) -> str:
        return field["key"] if part == self.PARTS[0] else f"{field['key']}-{part}"

    def read(self, field, post):
        typed = {
            part: text.tidy(post.get(self.name_of(field, part), ""))
            for part in self.PARTS
        }
        return typed if any(typed.values()) else ""

    def target(self, field, part):
        return f"-{part}" if part and part != self.PARTS[0] else ""

    def is_empty(self, typed):
        return not any(part_of(typed, part).strip() for part in self.PARTS)

    def clean(self, field, typed):
        if not isinstance(typed, Mapping) or self.is_empty(typed):
            return None
        parts = {part: one_line(part_of(typed, part)) for part in self.PARTS}
        text.refuse_unreadable(field["label"], "".join(parts.values()))
        return self.parse(field, parts)


class Name(Composite):
    """A person's name as it is written, and how it is read. The name stays as typed."""

    template = "forms/controls/name.html"
    PARTS = ["name", "kana"]

    def parse(self, field, typed):
        label = field["label"]
        if not typed["name"]:
            raise refuse_part(
                field, "name", _("“%(label)s”: please write the name too.")
            )
        text.refuse_emoji(label, typed["name"])
        text.refuse_length(label, typed["name"], field.get("max") or 100)
        if typed["kana"]:
            try:
                typed["kana"] = read_kana(
                    _("%(label)s (kana)") % {"label": label}, typed["kana"]
                )
                text.refuse_length(label, typed["kana"], 100)
            except ValidationError as error:
                raise ValidationError(
                    error.messages[0], params={"part": "kana"}
                ) from None
        elif field["required"] and not field.get("kana_optional"):
            raise refuse_part(
                field, "kana", _("“%(label)s”: please write the kana too.")
            )
        return typed

    def show(self, field, value):
        if not value.get("kana"):
            return value["name"]
        return f"{value['name']}（{value['kana']}）"

    def slots(self, field, value):
        if field["slot"] == "child_name" and value.get("kana"):
            return {"child_name": value["name"], "child_kana": value["kana"]}
        return {field["slot"]: value["name"]}


class Address(Composite):
    """Postal code, address and building. The button fills in what the code tells."""

    template = "forms/controls/address.html"
    PARTS = ["text", "postcode", "building"]

    def read(self, field, post):
        typed = super().read(field, post)
        if typed and self.stay(field, post):
            found = place_of(typed["postcode"])
            if found and not typed["text"].strip().startswith(found):
                typed["text"] = found + typed["text"].strip()
        return typed

    def stay(self, field, post):
        is_pressed = post.get("complete") == field["key"]
        return f"id_{field['key']}" if is_pressed else ""

    def parse(self, field, typed):
        if typed["postcode"]:
            code = read_postcode(typed["postcode"])
            if not code:
                words = _("Write the postal code of “%(label)s” with 7 digits.")
                raise refuse_part(field, "postcode", words)
            typed["postcode"] = code
        if not typed["text"]:
            words = _("“%(label)s”: please write the address too.")
            raise refuse_part(field, "text", words)
        for part, limit in (("text", field.get("max") or 200), ("building", 100)):
            text.refuse_length(field["label"], typed[part], limit)
        return typed

    def show(self, field, value):
        code = value.get("postcode")
        place = " ".join(p for p in (value["text"], value.get("building")) if p)
        return f"{show_postcode(code)} {place}" if code else place


def place_of(postcode: str) -> str:
    """The town of a postal code, from the list the city loaded; empty if unknown."""
    code = read_postcode(postcode)
    found = Town.objects.filter(postcode=code).order_by("pk")[:2] if code else []
    return found[0].name if len(found) == 1 else ""
