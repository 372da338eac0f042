"""Made-up answers to try a form with. They are shown and never stored.

The answers have the shapes that a draft keeps, so they go through the same evaluator
as everything that people type.
"""

import random
import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from forms import limits
from forms.answers import Reading, read
from forms.compiler import fields_of
from forms.forms.controls import control_of

TRIES = 60
NAME, KANA = "見本 花子", "ミホン ハナコ"
SENTENCE = "これは試し入力の文です。"
Field = Mapping[str, Any]
Chance = random.Random


def generated(
    document: Mapping, fill: str, seed: int
) -> tuple[dict[str, Any], Reading]:
    """Typed answers and what they amount to.

    *fill* is ``most`` (as many questions as the conditions allow), ``least`` (only what
    must be answered) or ``any``. The same seed gives the same answers. Where a form
    cannot be answered at all, the reading keeps the errors of the best try.
    """
    today = timezone.localdate()
    best = None
    for at in range(1 if fill == "any" else TRIES):
        chance = Chance(f"{seed}/{at}")
        typed = {
            field["key"]: typed_for(field, chance, fill == "least")
            for field in fields_of(document)
            if control_of(field).is_typed or field["type"] == "file"
        }
        reading = read(document, typed, today)
        length = len(reading.asked) if fill == "most" else -len(reading.asked)
        rank = (-len(reading.errors), length)
        if best is None or rank > best[0]:
            best = (rank, typed, reading)
    return best[1], best[2]


def typed_for(field: Field, chance: Chance, is_short: bool) -> Any:
    """Something a person might type; nothing where it may be left out and should."""
    if is_short and not field["required"] and not field.get("required_when"):
        return control_of(field).empty
    make = MAKERS.get(field["type"], text)
    return make(field, chance)


def text(field: Field, chance: Chance) -> str:
    words = NAME if field.get("is_name") else "見本の答え"
    return words[: field.get("max") or 100]


def sentences(field: Field, chance: Chance) -> str:
    longest = field.get("max") or 200
    return (SENTENCE * chance.randint(1, 6))[:longest]


def number(field: Field, chance: Chance) -> str:
    low = field.get("minimum") if field.get("minimum") is not None else 0
    high = field.get("maximum") if field.get("maximum") is not None else low + 20
    return str(chance.randint(int(low), int(max(low, high))))


def day(field: Field, chance: Chance) -> dict[str, str]:
    today = timezone.localdate()
    days = chance.randint(7 * 365, 15 * 365) if field.get("not_future") else 0
    found: date = today - timedelta(days=days) + timedelta(days=chance.randint(0, 30))
    first, last = limits.earliest(field), limits.latest(field)
    found = max(found, date.fromisoformat(first.value)) if first else found
    found = min(found, date.fromisoformat(last.value)) if last else found
    parts = (found.year, found.month, found.day)
    return dict(zip(("year", "month", "day"), map(str, parts), strict=True))


def time_of_day(field: Field, chance: Chance) -> str:
    first, last = field.get("first"), field.get("last")
    low = minutes(first or min("09:00", last or "09:00"))
    high = minutes(last or max("20:59", first or "20:59"))
    hour, minute = divmod(chance.randint(low, max(low, high)), 60)
    return f"{hour}:{minute:02d}"


def minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def one_choice(field: Field, chance: Chance) -> Any:
    return picked([chance.choice(field["options"])]) if field["options"] else ""


def choices(field: Field, chance: Chance) -> Any:
    options = field["options"]
    least = max(field.get("least") or 1, 1)
    most = min(field.get("most") or 3, len(options))
    count = min(max(least, chance.randint(1, max(most, 1))), len(options))
    chosen = picked(chance.sample(options, count))
    return [chosen] if isinstance(chosen, str) else chosen


def picked(options: list[Mapping]) -> Any:
    """Options as a draft keeps them: keys, with words where there is a text box."""
    keys = [option["key"] for option in options]
    texts = {o["key"]: "見本の内容" for o in options if o.get("free_text")}
    if texts:
        return {"chosen": keys, "texts": texts}
    return keys[0] if len(keys) == 1 else keys


def consent(field: Field, chance: Chance) -> dict[str, str]:
    key = chance.choice(field["options"])["key"]
    return {"key": key, "reason": "見本の理由" if key == "cannot" else ""}


def rows(field: Field, chance: Chance) -> list[dict[str, Any]]:
    low = max(field.get("min_rows") or 0, int(field["required"]), 1)
    count = min(low + chance.randint(0, 1), field.get("max_rows") or low)
    return [
        {"id": f"r{at + 1}"}
        | {sub["key"]: typed_for(sub, chance, False) for sub in field["fields"]}
        for at in range(max(count, 1))
    ]


def file(field: Field, chance: Chance) -> list[dict[str, Any]]:
    name = str(uuid.UUID(int=chance.getrandbits(128)))
    return [{"id": name, "name": "見本.pdf", "type": "application/pdf", "size": 20_480}]


MAKERS: dict[str, Callable[[Field, Chance], Any]] = {
    "long_text": sentences,
    "kana": lambda field, chance: KANA,
    "number": number,
    "date": day,
    "time": time_of_day,
    "phone": lambda field, chance: "06-6858-2525",
    "email": lambda field, chance: "mihon@example.jp",
    "postcode": lambda field, chance: "560-0001",
    "name": lambda field, chance: {"name": NAME, "kana": KANA},
    "address": lambda field, chance: {
        "postcode": "560-0001",
        "text": "見本市見本町1-1",
        "building": "",
    },
    "radio": one_choice,
    "select": one_choice,
    "yes_no": one_choice,
    "grade": one_choice,
    "checkboxes": choices,
    "confirm": lambda field, chance: "yes",
    "consent": consent,
    "partner": lambda field, chance: {"code": "", "name": "見本小学校"},
    "repeat": rows,
    "file": file,
}
