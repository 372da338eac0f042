"""Answers as JSON by item code, and the way from there to what a person types.

What arrives as JSON is turned into the shapes that a draft keeps and then read by the
one evaluator, so that the API accepts and refuses what the pages do. Faults found on
the way name the place by a JSON pointer.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from forms.answers import Reading
from forms.compiler import fields_of
from forms.forms import text
from forms.forms.controls import control_of
from forms.json_schema import is_sent

ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
ROWS_AT_MOST = 50

Field = Mapping[str, Any]
Faults = dict[str, str]


class Misshapen(ValueError):
    """A value of a shape that the question does not take; the text says which it is."""


def typed_answers(
    document: Mapping, given: Mapping[str, Any]
) -> tuple[dict[str, Any], Faults]:
    """What a draft would keep for these answers, and what is wrong by pointer."""
    fields = {field["code"]: field for field in fields_of(document)}
    return _typed_object(fields, given, "/answers")


def _typed_object(
    fields: Mapping[str, Field], given: Mapping[str, Any], place: str
) -> tuple[dict[str, Any], Faults]:
    typed, faults = {}, {}
    for code, value in given.items():
        pointer = f"{place}/{escaped(code)}"
        field = fields.get(code)
        if field is None or not is_sent(field):
            faults[pointer] = _("The form asks no question with this code.")
            continue
        if value is None:
            continue
        try:
            if field["type"] == "repeat":
                typed[field["key"]], wrong = _typed_rows(field, value, pointer)
                faults |= wrong
            else:
                make = TYPED.get(field["type"], _text)
                typed[field["key"]] = make(field, value)
        except Misshapen as fault:
            faults[pointer] = str(fault)
    return typed, faults


def _typed_rows(field: Field, value: Any, pointer: str) -> tuple[list, Faults]:
    if not isinstance(value, list) or len(value) > ROWS_AT_MOST:
        raise Misshapen(_("A list of rows is wanted here."))
    subs = {sub["code"]: sub for sub in field["fields"]}
    rows, faults = [], {}
    for at, row in enumerate(value):
        if not isinstance(row, Mapping):
            raise Misshapen(_("Each row must be an object."))
        typed, wrong = _typed_object(subs, row, f"{pointer}/{at}")
        rows.append({"id": f"r{at + 1}", **typed})
        faults |= wrong
    return rows, faults


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise Misshapen(_("A text is wanted here."))
    if len(value) > text.KEPT_AT_MOST:
        raise Misshapen(
            _("This text is too long. It has %(length)s characters.")
            % {"length": f"{len(value):,}"}
        )
    return text.tidy(value)


def _number(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Misshapen(_("A number is wanted here."))
    if isinstance(value, str):
        return _text(field, value)
    plain = Decimal(str(value))
    if not plain.is_finite():
        raise Misshapen(_("A number is wanted here."))
    return format(plain, "f")


def _day(field: Field, value: Any) -> dict[str, str]:
    match = ISO_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Misshapen(_("A day is wanted here, like 2026-04-01."))
    return {"year": match[1], "month": match[2], "day": match[3]}


def _picked(field: Field, value: Any) -> tuple[str, str]:
    """The key of an option given by its code, and the words beside it."""
    code = value.get("code") if isinstance(value, Mapping) else value
    words = value.get("text", "") if isinstance(value, Mapping) else ""
    for option in field["options"]:
        if option["code"] == code:
            return option["key"], _text(field, words)
    codes = "、".join(option["code"] for option in field["options"])
    raise Misshapen(_("Choose one of these codes: %(codes)s.") % {"codes": codes})


def _chosen(field: Field, picked: list[tuple[str, str]]) -> Any:
    texts = {key: words for key, words in picked if words}
    keys = [key for key, _words in picked]
    return {"chosen": keys, "texts": texts} if texts else keys


def _choice(field: Field, value: Any) -> Any:
    typed = _chosen(field, [_picked(field, value)])
    return typed[0] if isinstance(typed, list) else typed


def _choices(field: Field, value: Any) -> Any:
    if not isinstance(value, list) or len(value) > len(field["options"]):
        raise Misshapen(_("A list of codes is wanted here, each once."))
    return _chosen(field, [_picked(field, part) for part in value])


def _consent(field: Field, value: Any) -> dict[str, str]:
    reason = value.get("reason", "") if isinstance(value, Mapping) else ""
    code = value.get("code") if isinstance(value, Mapping) else value
    key, _words = _picked(field, code if isinstance(code, str) else "")
    return {"key": key, "reason": _text(field, reason)}


def _confirm(field: Field, value: Any) -> str:
    if not isinstance(value, bool):
        raise Misshapen(_("true or false is wanted here."))
    return "yes" if value else ""


def _partner(field: Field, value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = {"name": value}
    return {"code": "", "name": "", **_record("code", "name")(field, value)}


def _record(*names: str) -> Callable[[Field, Any], dict[str, str]]:
    def make(field: Field, value: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or set(value) - set(names):
            raise Misshapen(
                _("An object is wanted here, with: %(names)s.")
                % {"names": "、".join(names)}
            )
        return {name: _text(field, value.get(name) or "") for name in names}

    return make


TYPED: dict[str, Callable[[Field, Any], Any]] = {
    "number": _number,
    "date": _day,
    "radio": _choice,
    "select": _choice,
    "yes_no": _choice,
    "grade": _choice,
    "checkboxes": _choices,
    "consent": _consent,
    "confirm": _confirm,
    "partner": _partner,
    "name": _record("name", "kana"),
    "address": _record("postcode", "text", "building"),
}


def answers_as_json(document: Mapping, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by item code, in the shapes of the schema; files by name and size."""
    return _as_json(list(fields_of(document)), values)


def _as_json(fields: list[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for field in fields:
        value = values.get(field["key"])
        if value is not None:
            make = AS_JSON.get(field["type"])
            raw = control_of(field).raw
            found[field["code"]] = make(field, value) if make else raw(field, value)
    return found


def _number_out(field: Field, value: str) -> int | float:
    return float(value) if "." in value else int(value)


def _consent_out(field: Field, value: Mapping) -> Any:
    code = control_of(field).raw(field, value)
    reason = value.get("reason")
    return {"code": code, "reason": reason} if reason else code


AS_JSON: dict[str, Callable[[Field, Any], Any]] = {
    "number": _number_out,
    "confirm": lambda field, value: True,
    "consent": _consent_out,
    "partner": lambda field, value: {k: v for k, v in value.items() if v},
    "name": lambda field, value: {k: v for k, v in value.items() if v},
    "address": lambda field, value: {k: v for k, v in value.items() if v},
    "repeat": lambda field, value: [_as_json(field["fields"], row) for row in value],
    "file": lambda field, value: [
        {"id": part["id"], "name": part["name"], "size": part["size"]} for part in value
    ],
}


def faults_of(document: Mapping, reading: Reading, rows: Mapping[str, Any]) -> Faults:
    """The evaluator's refusals by pointer; *rows* are the typed answers."""
    places = {}
    for field in fields_of(document):
        pointer = f"/answers/{escaped(field['code'])}"
        places[field["key"]] = pointer
        if field["type"] != "repeat":
            continue
        given = rows.get(field["key"])
        for at, row in enumerate(given if isinstance(given, list) else []):
            for sub in field["fields"]:
                key = f"{field['key']}-{row['id']}-{sub['key']}"
                places[key] = f"{pointer}/{at}/{escaped(sub['code'])}"
    return {
        places.get(key, "/answers"): sentence
        for key, sentence in reading.errors.items()
    }


def escaped(name: str) -> str:
    """A member name inside a JSON pointer (RFC 6901)."""
    plain = name.encode("utf-8", "replace").decode()  # half a character has no bytes
    return plain.replace("~", "~0").replace("/", "~1")
