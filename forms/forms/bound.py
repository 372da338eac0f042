"""Questions with what was typed and what is wrong, as templates need them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from forms.forms.controls import Control, PartnerList, control_of
from forms.forms.controls.choices import picked
from forms.limits import span_in_words
from forms.rules import keys_in, leaves
from staff.models import Partner


@dataclass
class Around:
    """What a question on a page knows of the page it stands on."""

    asked: set[str] = field(default_factory=set)
    errors: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    values: Mapping[str, Any] = field(default_factory=dict)
    partners: PartnerList = field(default_factory=PartnerList)
    live: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False

    def in_row(self, names: Mapping[str, str]) -> "Around":
        """The same page seen from a row, whose questions have names of their own."""
        live = self.live | frozenset(names.values())
        return Around(**{**self.__dict__, "names": names, "live": live})

    def rule(self, rule: Any) -> Any:
        """A rule with the names that its questions have on the page."""
        if isinstance(rule, list):
            return [self.rule(part) for part in rule]
        if not isinstance(rule, Mapping):
            return rule
        return {
            name: self.names.get(value, value)
            if name in ("key", "of")
            else self.rule(value)
            for name, value in rule.items()
        }

    def is_live(self, rule: Any) -> bool:
        """Whether a rule asks about something on the same page."""
        return any(self.names.get(key, key) in self.live for key in keys_in(rule))


@dataclass
class BoundField:
    """One question on a page."""

    field: Mapping[str, Any]
    typed: Any
    is_asked: bool = True
    error: str = ""
    part: str = ""
    around: Around = field(default_factory=Around)
    value: Any = None

    def __getattr__(self, name: str) -> Any:
        # Templates read the question's own settings: label, help, code, options …
        if name != "field" and name in self.field:
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
        return self.id + self.control.target(self.field, self.part)

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to the control: the error, then the help."""
        names = [
            (self.error, "error"),
            (self.field["help"], "help"),
            (self.max, "limit"),
            (self.span, "span"),
        ]
        return " ".join(f"{self.id}-{name}" for has, name in names if has)

    @property
    def is_required(self) -> bool:
        return bool(self.field["required"]) or self.field["key"] in self.around.required

    @property
    def max(self) -> int | None:
        """The longest answer, where it is long enough to be worth saying."""
        longest = self.field.get("max")
        return longest if self.field["type"] == "long_text" else None

    @property
    def span(self) -> str:
        """From when to when a day or a time may lie, in words."""
        return span_in_words(self.field)

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
        return self.around.is_live(self.field.get("when"))

    @property
    def when_json(self) -> str:
        return as_json(self.around.rule(self.field["when"]))

    @property
    def shown_name(self) -> str:
        return f"{self.field['key']}-shown"

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The options on offer; one that hangs on this page waits for the script."""
        chosen, texts = picked(self.typed)
        found = []
        for at, option in enumerate(self.field["options"]):
            is_live = self.around.is_live(option.get("when"))
            is_closed = f"{self.field['key']}-{option['key']}" in self.around.closed
            if is_closed and not is_live and not self.around.is_open:
                continue
            rule = self.around.rule(option.get("when")) if is_live else None
            found.append(
                {
                    **option,
                    "id": f"{self.id}-{at}",
                    "chosen": option["key"] in chosen,
                    "when_json": as_json(rule) if rule else "",
                    "text_name": f"{self.field['key']}-{option['key']}-text",
                    "text": texts.get(option["key"], ""),
                }
            )
        if found and not any(each["id"] == f"{self.id}-0" for each in found):
            found[0]["id"] = f"{self.id}-0"
        return found

    @property
    def free_choices(self) -> list[dict[str, Any]]:
        return [choice for choice in self.choices if choice.get("free_text")]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The three text boxes of a day."""
        parts = [("year", _("year"), 8), ("month", _("month"), 3), ("day", _("day"), 3)]
        return [
            {
                "name": f"{self.field['key']}-{name}",
                "id": f"{self.id}-{name}",
                "label": label,
                "size": size,
                "typed": self.box.get(name, ""),
                "at_fault": bool(self.error) and self.part in ("", name),
            }
            for name, label, size in parts
        ]

    @property
    def box(self) -> Mapping[str, Any]:
        """The text boxes of a control that has several, by their names."""
        return self.typed if isinstance(self.typed, Mapping) else {}

    @property
    def value_in_words(self) -> str:
        """A calculated answer as it stands now; empty while it hangs on others."""
        if self.value is None:
            return ""
        return self.control.show(self.field, self.value)

    @cached_property
    def partners(self) -> list[Partner]:
        return self.around.partners.of_kind(self.field.get("partner_kind"))

    @cached_property
    def rows(self) -> list["BoundRow"]:
        """The rows of a group, each with its questions."""
        control = self.control
        rows = control.rows_of(self.field, self.typed)
        values = {row["id"]: row for row in self.value or []}
        found = []
        for at, row in enumerate(rows, 1):
            subs = [sub for _row, sub in control.subs(self.field, [row], start=at)]
            names = {sub["own_key"]: sub["key"] for sub in subs}
            items = bind_all(
                subs,
                {sub["key"]: row.get(sub["own_key"], "") for sub in subs},
                self.around.in_row(names),
                {
                    names[key]: value
                    for key, value in values.get(row["id"], {}).items()
                    if key in names
                },
            )
            title = control.row_title(self.field, at)
            found.append(BoundRow(row["id"], title, items))
        return found

    @property
    def may_remove(self) -> bool:
        return len(self.rows) > (self.field.get("min_rows") or 0)

    @property
    def may_add(self) -> bool:
        return self.control.may_add(self.field, len(self.rows))

    def faults(self) -> Iterator["BoundField"]:
        """The question if something is wrong with it, and those in its rows."""
        if self.error:
            yield self
        if self.field.get("fields") is not None:
            for row in self.rows:
                for item in row.items:
                    yield from item.faults()


@dataclass
class BoundRow:
    """One row of a group."""

    id: str
    title: str
    items: list[BoundField]


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def faults_of(items: Iterable[BoundField]) -> list[BoundField]:
    """Everything that is wrong on a page, in its order: one link for each."""
    return [fault for item in items for fault in item.faults()]


def known_answers(items: Iterable[BoundField], values: Mapping[str, Any]) -> dict:
    """Answers of earlier pages that conditions on this page ask about."""
    items = list(items)
    rules = [rule for item in items for rule in live_rules(item)]
    keys = {key for rule in rules for key in keys_in(rule)}
    keys -= {item.field["key"] for item in items}
    return {key: values.get(key) for key in keys}


def live_rules(item: BoundField) -> Iterator[Any]:
    """Every rule that the script follows while the page is filled in."""
    if item.is_conditional:
        yield item.field["when"]
    for option in item.field.get("options") or []:
        if item.around.is_live(option.get("when")):
            yield option["when"]
    if item.field.get("fields") is not None:
        for sub in item.field["fields"]:
            yield from (leaf for leaf in leaves(sub.get("when")))


def bind_page(
    page: Mapping,
    typed: Mapping[str, Any],
    asked: Iterable[str],
    errors: Mapping[str, str],
    parts: Mapping[str, str],
    reading: Any = None,
) -> list[BoundField]:
    """The questions of a page that are asked, or may come to be while it is filled in.

    A question hidden by an answer on the same page is part of it, hidden; one hidden by
    an earlier page is not. *reading* tells what is required, closed and calculated.
    """
    around = Around(
        set(asked),
        errors,
        parts,
        reading.required if reading else set(),
        reading.closed if reading else set(),
        reading.values if reading else {},
        live=frozenset(question["key"] for question in page["fields"]),
    )
    return bind_all(page["fields"], typed, around, around.values)


def bind_open(page: Mapping) -> list[BoundField]:
    """Every question of a page in sight, whatever its conditions: for editors."""
    around = Around(is_open=True)
    found = []
    for question in page["fields"]:
        found += bind_all([{**question, "hidden": False}], {}, around, {})
    for item in found:
        item.is_asked = True
    return found


def bind_all(
    questions: Iterable[Mapping],
    typed: Mapping[str, Any],
    around: Around,
    values: Mapping[str, Any],
) -> list[BoundField]:
    bound = []
    for question in questions:
        key = question["key"]
        item = BoundField(
            question,
            typed.get(key, ""),
            key in around.asked,
            around.errors.get(key, ""),
            around.parts.get(key, ""),
            around,
            values.get(key),
        )
        is_shown = item.is_asked or item.is_conditional or around.is_open
        if is_shown and not question.get("hidden"):
            bound.append(item)
    return bound
