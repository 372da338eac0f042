"""A published form as JSON Schema 2020-12: what answers look like when sent as JSON.

Answers go by item code. The schema is as strict as it can be without the answers:
a question that is asked under a condition only is optional here and carries the
condition in words; whether it must be answered is for the evaluator to say.
"""

from collections.abc import Callable, Mapping
from typing import Any

from forms.compiler import fields_of
from forms.forms.controls import control_of
from forms.limits import first_days, last_days, rules_in_words

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DAY = {"type": "string", "format": "date"}
TIME = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
TEXT = {"type": "string"}
UNSENT = ("calculated", "file")

Field = Mapping[str, Any]


def schema_of(document: Mapping[str, Any], *, address: str) -> dict[str, Any]:
    """The schema of the answers to a published form; *address* is its ``$id``."""
    return {
        "$schema": DRAFT,
        "$id": address,
        "title": document["title"],
        "type": "object",
        "additionalProperties": False,
        **_object(document["pages"], list(fields_of(document))),
    }


def _object(pages: list[Mapping], fields: list[Field]) -> dict[str, Any]:
    sent = [field for field in fields if is_sent(field)]
    page_of = {f["key"]: page for page in pages for f in page["fields"]}
    needed = [
        field["code"]
        for field in sent
        if field["required"]
        and not field.get("when")
        and not page_of.get(field["key"], {}).get("when")
        and not jumps(pages)
    ]
    shape = {"properties": {field["code"]: of_field(field) for field in sent}}
    return shape | ({"required": needed} if needed else {})


def jumps(pages: list[Mapping]) -> bool:
    """Whether answers may skip pages: then nothing is required for certain."""
    return any(page.get("goto") for page in pages)


def is_sent(field: Field) -> bool:
    """Whether an answer to it may stand in the JSON; files are sent on their own."""
    if field["type"] == "preset":
        return bool(field.get("parameter"))
    return field["type"] not in UNSENT and control_of(field).is_answer


def of_field(field: Field) -> dict[str, Any]:
    """One question: its shape, its words, and when it is asked."""
    make = SHAPES.get(field["type"], _text)
    schema = {"title": field["label"], **make(field)}
    about = [text for text in (field.get("help"), *rules_in_words(field)) if text]
    if about:
        schema["description"] = "\n".join(about)
    return schema


def _text(field: Field) -> dict[str, Any]:
    return TEXT | ({"maxLength": LONGEST} if field.get("max") else {})


# Limits of a question count what people see as a character, which may be many code
# points; a schema counts code points. So it bounds the text and no more.
LONGEST = 200_000


def _number(field: Field) -> dict[str, Any]:
    limits = {"minimum": field.get("minimum"), "maximum": field.get("maximum")}
    kind = "number" if field.get("decimals") else "integer"
    return {"type": kind} | {k: v for k, v in limits.items() if v is not None}


def _limits(field: Field) -> dict[str, Any]:
    """Limits of days and times: a schema knows none, so they stand under own names.

    ``daysFromToday`` counts from the day of receiving in Japan: the schema is the same
    on every day.
    """
    given = {
        "x-earliest": field.get("first"),
        "x-latest": field.get("last"),
        "x-earliestDaysFromToday": first_days(field),
        "x-latestDaysFromToday": last_days(field),
    }
    return {name: value for name, value in given.items() if value is not None}


def _choice(field: Field) -> dict[str, Any]:
    plain = [
        {"const": option["code"], "title": option["label"]}
        for option in field["options"]
    ]
    with_words = [
        _record({"code": {"const": option["code"]}, "text": TEXT})
        for option in field["options"]
        if option.get("free_text")
    ]
    return {"oneOf": plain + with_words}


def _choices(field: Field) -> dict[str, Any]:
    schema = {"type": "array", "items": _choice(field), "uniqueItems": True}
    return schema | ({"maxItems": field["most"]} if field.get("most") else {})


def _consent(field: Field) -> dict[str, Any]:
    codes = [option["code"] for option in field["options"]]
    long = _record({"code": {"enum": codes}, "reason": TEXT}, optional=("reason",))
    return {"anyOf": [{"enum": codes}, long]}


def _partner(field: Field) -> dict[str, Any]:
    """A code of the city's list, or the name in words."""
    both = {"code": TEXT, "name": TEXT}
    return {"anyOf": [TEXT, _record(both, optional=("code", "name"))]}


def _repeat(field: Field) -> dict[str, Any]:
    row = {"type": "object", "additionalProperties": False}
    schema = {"type": "array", "items": row | _object([], list(field["fields"]))}
    return schema | {"maxItems": field.get("max_rows") or 50}


def _record(properties: dict, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


SHAPES: dict[str, Callable[[Field], dict[str, Any]]] = {
    "number": _number,
    "date": lambda field: DAY | _limits(field),
    "time": lambda field: TIME | _limits(field),
    "radio": _choice,
    "select": _choice,
    "yes_no": _choice,
    "grade": _choice,
    "checkboxes": _choices,
    "confirm": lambda field: {"const": True},
    "consent": _consent,
    "partner": _partner,
    "preset": lambda field: {"enum": list(field.get("allowed") or [])},
    "name": lambda field: _record({"name": TEXT, "kana": TEXT}, optional=("kana",)),
    "address": lambda field: _record(
        {"postcode": TEXT, "text": TEXT, "building": TEXT},
        optional=("postcode", "building"),
    ),
    "repeat": _repeat,
}
