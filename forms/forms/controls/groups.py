"""A group of questions that is asked as often as needed: siblings, contacts, days.

The answer is a list of rows, ``{"id": row, sub key: answer}``. Buttons that add or
remove a row are submit buttons: they work without JavaScript. In a page a question of
a row has the name ``group-row-question``.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms.forms.controls.base import Control, Field, control_of

ROW = re.compile(r"[a-z0-9]{1,16}")
ROWS_AT_MOST = 50


def new_row_id() -> str:
    return secrets.token_hex(4)


def sub_key(group: str, row: str, key: str) -> str:
    """The key of one question in one row: its name on the page, and of its error."""
    return f"{group}-{row}-{key}"


def in_row(field: Field, row: str, at: int, sub: Field) -> dict[str, Any]:
    """A question of a group as it stands in one row, with a name of its own."""
    return {
        **sub,
        "key": sub_key(field["key"], row, sub["key"]),
        "own_key": sub["key"],
        "code": f"{field['code']}-{at}-{sub['code']}",
        "at": at,
    }


def most_rows(field: Field) -> int:
    return min(field.get("max_rows") or ROWS_AT_MOST, ROWS_AT_MOST)


class Repeat(Control):
    """Rows of questions."""

    template = "forms/controls/repeat.html"
    is_group = True
    empty: Any = []

    def rows_of(self, field: Field, typed: Any) -> list[dict[str, Any]]:
        """The rows as typed, each with an id; at first as many as must be answered."""
        rows, seen = [], set()
        given = typed if isinstance(typed, list) else []
        for row in given[:ROWS_AT_MOST]:
            # Rows from outside may have no id yet: they are numbered.
            name = row.get("id") or f"r{len(rows) + 1}" if is_row(row) else ""
            if isinstance(name, str) and ROW.fullmatch(name) and name not in seen:
                seen.add(name)
                rows.append({**row, "id": name})
        if not isinstance(typed, list):
            rows = [{"id": f"r{n + 1}"} for n in range(field.get("min_rows") or 0)]
        return rows

    def may_add(self, field: Field, rows: int) -> bool:
        return rows < most_rows(field)

    def subs(
        self, field: Field, rows: list[dict], start: int = 1
    ) -> Iterator[tuple[dict, Field]]:
        """Every question of every row, with the name that it has on the page."""
        for at, row in enumerate(rows, start):
            for sub in field["fields"]:
                yield row, in_row(field, row["id"], at, sub)

    def named(self, field: Field, sub: Field) -> dict[str, Any]:
        """A question in a row, called by its row too: for sentences about it."""
        row = self.row_title(field, sub["at"])
        return {**sub, "label": f"{row} {sub['label']}"}

    def read(self, field, post):
        names = post.getlist(f"{field['key']}-rows")[:ROWS_AT_MOST]
        rows = self.rows_of(field, [{"id": name} for name in names])
        gone = self.removed(field, post)
        rows = [row for row in rows if row["id"] != gone]
        for row, sub in self.subs(field, rows):
            control = control_of(sub)
            if control.is_typed:
                row[sub["own_key"]] = control.read(sub, post)
        wanted = len(rows) + (post.get("add") == field["key"])
        wanted = max(wanted, field.get("min_rows") or 0)
        while len(rows) < min(wanted, most_rows(field)):
            rows.append({"id": new_row_id()})
        return rows

    def removed(self, field, post) -> str:
        group, _minus, row = post.get("remove", "").rpartition("-")
        return row if group == field["key"] else ""

    def stay(self, field, post):
        if post.get("add") == field["key"]:
            return f"id_{field['key']}-last"
        if self.removed(field, post):
            return f"id_{field['key']}-end"
        names = post.getlist(f"{field['key']}-rows")[:ROWS_AT_MOST]
        rows = self.rows_of(field, [{"id": name} for name in names])
        for _row, sub in self.subs(field, rows):
            where = control_of(sub).stay(sub, post)
            if where:
                return where
        return ""

    def is_blank(self, field: Field, row: Mapping) -> bool:
        return all(
            not control_of(sub).is_typed
            or control_of(sub).is_empty(row.get(sub["key"]))
            for sub in field["fields"]
        )

    def is_empty(self, typed):
        """Whether no row was begun: what a row's boxes say is asked row by row."""
        return not isinstance(typed, list) or not any(
            value
            for row in typed
            if is_row(row)
            for k, value in row.items()
            if k != "id"
        )

    def clean(self, field, typed):
        """The rows that have an answer. Their questions are judged by the reading."""
        values, faults = self.clean_rows(field, typed)
        for fault in faults.values():
            raise fault
        return [row for row in values if len(row) > 1] or None

    def clean_rows(
        self, field: Field, typed: Any
    ) -> tuple[list[dict[str, Any]], dict[str, ValidationError]]:
        """Every row with its valid answers, and what is wrong by the name it has."""
        rows = self.rows_of(field, typed)
        values = {row["id"]: {"id": row["id"]} for row in rows}
        faults: dict[str, ValidationError] = {}
        for row, sub in self.subs(field, rows):
            key, named = sub["own_key"], self.named(field, sub)
            try:
                value = control_of(sub).clean(named, row.get(key))
            except ValidationError as fault:
                faults[sub["key"]] = fault
            else:
                if value is not None:
                    values[row["id"]][key] = value
        return list(values.values()), faults

    def check_number(self, field: Field, filled: int) -> str:
        """What is wrong with the number of rows, as a sentence; empty if nothing is."""
        least, most = field.get("min_rows") or 0, most_rows(field)
        if 0 < filled < least:
            return _("“%(label)s”: please fill in at least %(limit)s.") % {
                "label": field["label"],
                "limit": least,
            }
        if filled > most:
            return _("“%(label)s”: at most %(limit)s can be given.") % {
                "label": field["label"],
                "limit": most,
            }
        return ""

    def row_title(self, field: Field, at: int) -> str:
        """The heading of a row: its number in the words of the form."""
        words = field.get("row_title") or "#"
        if "#" in words:
            return words.replace("#", str(at))
        return f"{words} {at}"

    def missing(self, field):
        return _("Please fill in “%(label)s”.") % {"label": field["label"]}

    def target(self, field, part):
        return "-field"

    def show(self, field, value):
        lines = []
        for at, row in enumerate(value, 1):
            lines.append(self.row_title(field, at))
            for sub in field["fields"]:
                if row.get(sub["key"]) is not None:
                    words = control_of(sub).show(sub, row[sub["key"]])
                    lines.append(f"　{sub['label']}：{words.replace(chr(10), '、')}")
        return "\n".join(lines)

    def raw(self, field, value):
        return [
            {
                sub["code"]: control_of(sub).raw(sub, row[sub["key"]])
                for sub in field["fields"]
                if row.get(sub["key"]) is not None
            }
            for row in value
        ]

    def retype(self, field, value):
        return [
            {
                "id": row["id"],
                **{
                    sub["key"]: control_of(sub).retype(sub, row[sub["key"]])
                    for sub in field["fields"]
                    if row.get(sub["key"]) is not None
                },
            }
            for row in value
        ]


def is_row(row: Any) -> bool:
    return isinstance(row, Mapping)
