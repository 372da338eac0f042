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


def load() -> list[FormDefinition]:
    """Add and publish each starter form that does not exist yet; return the added ones.

    Block ids come from the item codes, so the keys are the same on every portal.
    """
    added = []
    for file in sorted(FOLDER.glob("*.json")):
        data = json.loads(file.read_text(encoding="utf-8"))
        if not FormDefinition.objects.filter(slug=data["slug"]).exists():
            added.append(_add(data))
    return added


@transaction.atomic
def _add(data: dict[str, Any]) -> FormDefinition:
    definition = FormDefinition(
        slug=data["slug"], live=False, **{name: data.get(name, "") for name in TEXTS}
    )
    definition.pages = json.dumps(pages_as_blocks(data))
    definition.full_clean()
    definition.save()
    if definition.handler == INBOX:
        # Somebody must read what comes: the offices of the city, until it is changed.
        for role in data.get("readers", READERS):
            AnswerGrant.objects.create(form=definition, role=role, can_act=True)
    definition.save_revision().publish()
    return FormDefinition.objects.get(pk=definition.pk)


def pages_as_blocks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of a starter file in the shape in which the editor keeps them."""

    def block(kind: str, name: str, value: Any) -> dict[str, Any]:
        id_ = uuid.uuid5(NAMESPACE, f"{data['slug']}/{name}")
        return {"type": kind, "id": str(id_), "value": value}

    def items(name: str, rows: list[dict]) -> list[dict]:
        return [
            block("item", f"{name}/{row.get('code', at)}", row)
            for at, row in enumerate(rows)
        ]

    def field(page: int, at: int, given: dict) -> dict[str, Any]:
        name = given.get("code") or f"{page}/{at}"
        value = {k: v for k, v in given.items() if k != "type"}
        value["conditions"] = items(f"{name}/when", given.get("conditions", []))
        if "options" in given:
            value["options"] = items(name, given["options"])
        return block(given["type"], name, value)

    return [
        block(
            "page",
            f"page/{number}",
            {
                "title": page["title"],
                "intro": page.get("intro", ""),
                "conditions": items(f"page/{number}/when", page.get("conditions", [])),
                "fields": [
                    field(number, at, given) for at, given in enumerate(page["fields"])
                ],
            },
        )
        for number, page in enumerate(data["pages"], 1)
    ]
