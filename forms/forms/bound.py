"""Questions with what was typed and what is wrong, as templates need them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from forms.forms.controls import Control, control_of
from forms.rules import leaves
from staff.models import Partner


@dataclass
class BoundField:
    """One question on a page."""

    field: Mapping[str, Any]
    typed: Any
    is_asked: bool = True
    error: str = ""
    part: str = ""
    live: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> Any:
        # Templates read the question's own settings: label, help, code, options …
        if name in self.field:
            return self.field[name]
        raise AttributeError(name)

    @property
    def control(self) -> Control:
        return control_of(self.field)

    @property
    def id(self) -> str:
        return f"id_{self.field['key']}"

    @property
    def target(self) -> str:
        """The id of the control that a link in the error summary goes to."""
        if self.field["type"] == "date":
            return f"{self.id}-{self.part or 'year'}"
        if self.field["type"] in ("radio", "checkboxes"):
            return f"{self.id}-0"
        return self.id

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to the control: the error, then the help."""
        names = [
            (self.error, "error"),
            (self.field["help"], "help"),
            (self.max, "limit"),
        ]
        return " ".join(f"{self.id}-{name}" for has, name in names if has)

    @property
    def max(self) -> int | None:
        """The longest answer, where it is long enough to be worth saying."""
        longest = self.field.get("max")
        return longest if self.field["type"] == "long_text" else None

    @property
    def size(self) -> int:
        """The width of the text box, after the length of what is expected."""
        sizes = {"number": 10, "time": 10, "postcode": 12, "phone": 20}
        return sizes.get(self.field["type"], min(self.field.get("max") or 40, 40))

    @property
    def in_text_area(self) -> str:
        """The typed text after the one line end that browsers drop at the start."""
        return f"\n{self.typed}"

    @property
    def is_conditional(self) -> bool:
        """Whether it appears and disappears with an answer on the same page."""
        return any(leaf["key"] in self.live for leaf in leaves(self.field["when"]))

    @property
    def when_json(self) -> str:
        return json.dumps(self.field["when"], ensure_ascii=False)

    @property
    def shown_name(self) -> str:
        return f"{self.field['key']}-shown"

    @property
    def choices(self) -> list[dict[str, Any]]:
        chosen = self.typed if isinstance(self.typed, list) else [self.typed]
        return [
            {**option, "id": f"{self.id}-{at}", "chosen": option["key"] in chosen}
            for at, option in enumerate(self.field["options"])
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The three text boxes of a day."""
        typed = self.typed or {}
        parts = [("year", _("year"), 8), ("month", _("month"), 3), ("day", _("day"), 3)]
        return [
            {
                "name": f"{self.field['key']}-{name}",
                "id": f"{self.id}-{name}",
                "label": label,
                "size": size,
                "typed": typed.get(name, ""),
                "at_fault": bool(self.error) and self.part in ("", name),
            }
            for name, label, size in parts
        ]

    @cached_property
    def partners(self) -> list[Partner]:
        found = Partner.objects.filter(is_active=True)
        kind = self.field.get("partner_kind")
        return list(found.filter(kind=kind) if kind else found)

    @property
    def partner_code(self) -> str:
        return (self.typed or {}).get("code", "")

    @property
    def partner_name(self) -> str:
        return (self.typed or {}).get("name", "")


def bind_page(
    page: Mapping,
    typed: Mapping[str, Any],
    asked: Iterable[str],
    errors: Mapping[str, str],
    parts: Mapping[str, str],
) -> list[BoundField]:
    """The questions of a page that are asked, or may come to be while it is filled in.

    A question hidden by an answer on the same page is part of it, hidden; one hidden by
    an earlier page is not.
    """
    asked, live, bound = set(asked), frozenset(f["key"] for f in page["fields"]), []
    for field in page["fields"]:
        item = BoundField(
            field,
            typed.get(field["key"], ""),
            field["key"] in asked,
            errors.get(field["key"], ""),
            parts.get(field["key"], ""),
            live,
        )
        if item.is_asked or item.is_conditional:
            bound.append(item)
    return bound
