"""The forms that a new portal begins with. They are data: editors change them."""

import json
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction

from forms.handlers import INBOX
from forms.models import AnswerGrant, FormDefinition

FOLDER = Path(__file__).parent
NAMESPACE = uuid.UUID("6b1f6c1e-3a55-4a6f-9d0c-0d6a4a0f7c11")
READERS = ["case_worker", "programme_manager"]
PLAIN = ("title", "access", "handler", "intro", "who_may", "what_you_need")
TEXTS = (*PLAIN, "privacy_note", "next_steps")
ORDER = ["referral", "community-referral", "application", "visit", "consent"]
ORDER += ["withdrawal", "hearing", "assessment", "monitoring"]


def load() -> list[FormDefinition]:
    """Add and publish each starter form that does not exist yet; return the added ones.

    Block ids come from the item codes, so the keys are the same on every portal.
    """
    added = []
    for file in sorted(FOLDER.glob("*.json")):
        data = read(file.stem)
        if not FormDefinition.objects.filter(slug=data["slug"]).exists():
            added.append(_add(data))
    return added


def files() -> dict[str, Path]:
    """Every ready-made form by name: the loaded ones, and models to begin with."""
    found = [*FOLDER.glob("*.json"), *FOLDER.glob("templates/*.json")]
    return {file.stem: file for file in sorted(found, key=lambda file: file.stem)}


def read(name: str) -> dict[str, Any]:
    """What a ready-made form says; KeyError for a name that is none."""
    return json.loads(files()[name].read_text(encoding="utf-8"))


def catalogue() -> list[dict[str, str]]:
    """The ready-made forms for somebody who begins a new one."""
    rows = [(name, read(name)) for name in files()]
    return [
        {"name": name, "title": data["title"], "intro": data.get("intro", "")}
        for name, data in sorted(rows, key=lambda row: ORDER.index(row[0]))
    ]


def as_definition(data: dict[str, Any]) -> FormDefinition:
    """An unsaved definition, unpublished."""
    definition = FormDefinition(
        slug=data["slug"], live=False, **{name: data.get(name, "") for name in TEXTS}
    )
    definition.pages = json.dumps(pages_as_blocks(data))
    definition.full_clean()
    return definition


@transaction.atomic
def _add(data: dict[str, Any]) -> FormDefinition:
    definition = as_definition(data)
    definition.save()
    if definition.handler == INBOX:
        # Somebody must read what comes: the offices of the city, until it is changed.
        for role in data.get("readers", READERS):
            AnswerGrant.objects.create(form=definition, role=role, can_act=True)
    definition.save_revision().publish()
    return FormDefinition.objects.get(pk=definition.pk)


def code_of(row: Any, at: int) -> Any:
    return row.get("code", at) if isinstance(row, dict) else at


LISTS = (
    "conditions",
    "groups",
    "options",
    "translations",
    "questions",
    "allowed",
    "goto",
    "checks",
)


def pages_as_blocks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of a starter file in the shape in which the editor keeps them."""

    def block(kind: str, name: str, value: Any) -> dict[str, Any]:
        id_ = uuid.uuid5(NAMESPACE, f"{data['slug']}/{name}")
        return {"type": kind, "id": str(id_), "value": value}

    def items(name: str, key: str, rows: list) -> list[dict]:
        place = name if key == "options" else f"{name}/{key}"
        paths = [f"{place}/{code_of(row, at)}" for at, row in enumerate(rows)]
        return [
            block("item", path, inside(path, row))
            for path, row in zip(paths, rows, strict=True)
        ]

    def part(name: str, key: str, value: Any) -> Any:
        if key == "fields":
            return [field(name, at, given) for at, given in enumerate(value)]
        if key in LISTS:
            return items(name, key, value)
        return inside(f"{name}/{key}", value)

    def inside(name: str, value: Any) -> Any:
        """Lists become rows with an id each, wherever they stand."""
        if not isinstance(value, dict):
            return value
        return {key: part(name, key, found) for key, found in value.items()}

    def field(place: str, at: int, given: dict) -> dict[str, Any]:
        name = given.get("code") or f"{at}"
        # A question on a page is called by its code alone: its key outlives a move.
        if not (place.startswith("page/") and given.get("code")):
            name = f"{place.removeprefix('page/')}/{name}"
        own = {key: found for key, found in given.items() if key != "type"}
        return block(given["type"], name, inside(name, own))

    return [
        block("page", f"page/{number}", inside(f"page/{number}", page))
        for number, page in enumerate(data["pages"], 1)
    ]
