"""Conditions as editors write them, read into rules and checked against the form."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms.forms.controls import CONTROLS
from forms.forms.dates import read_date, read_time
from forms.forms.text import narrow
from forms.rules import TODAY, leaves

CHOICES = ("radio", "select", "checkboxes")
ORDERED = ("number", "date", "time")
WHOLE_DATE = re.compile(r"(.+?)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class ConditionReader:
    """Reads every condition of one form; collects what is wrong as sentences."""

    def __init__(self, pages: list[dict], problems: list[str]):
        self.pages, self.problems = pages, problems
        self.fields = [f for page in pages for f in page["fields"]]
        self.position = {f["key"]: at for at, f in enumerate(self.fields)}
        self.by_key = {f["key"]: f for f in self.fields}
        self.page_of = {f["key"]: page for page in pages for f in page["fields"]}
        self.asks: dict[str, set[str]] = {}

    def read_page(self, page: dict, value: dict) -> dict | None:
        """The rule of a whole page: it may only ask about questions before it."""
        start = next(iter(page["fields"]), None)
        limit = self.position[start["key"]] if start else len(self.fields)
        return self._rule(page["title"], page["key"], limit, value)

    def read(self, question: dict, page: dict, value: dict) -> dict | None:
        """The rule of one question: it may only ask about questions before it."""
        name = question["label"] or page["title"]
        limit = self.position[question["key"]]
        return self._rule(name, question["key"], limit, value)

    def _rule(self, name: str, owner: str, limit: int, value: dict) -> dict | None:
        parts = []
        for item in value.get("conditions") or []:
            leaf = self._leaf(name, owner, limit, item["value"])
            if leaf:
                parts.append(leaf)
        if not parts:
            return None
        return {"any" if value.get("match") == "any" else "all": parts}

    def _leaf(self, name: str, owner: str, limit: int, item: dict) -> dict | None:
        target = self._target(name, (item.get("question") or "").strip())
        if target is None:
            return None
        self.asks.setdefault(owner, set()).add(target["key"])
        if self.position[target["key"]] >= limit:
            self._say(
                _(
                    "“%(name)s” is shown by the answer to “%(target)s”, which comes at"
                    " the same place or later. Move “%(target)s” before it."
                ),
                name,
                target,
            )
        operator = item.get("comparison") or "is"
        leaf = {"key": target["key"], "op": operator}
        if target["type"] in ORDERED:
            leaf["as"] = target["type"]
        if operator == "answered":
            return leaf
        return self._with_value(leaf, name, target, item.get("value") or "")

    def _target(self, name: str, wanted: str) -> dict | None:
        """The question meant: by its item code, else by its wording if unique."""
        found = [f for f in self.fields if f["code"] == wanted]
        found = found or [f for f in self.fields if f["label"] == wanted]
        if len(found) == 1 and CONTROLS[found[0]["type"]].is_answer:
            return found[0]
        if len(found) > 1:
            text = _(
                "The condition of “%(name)s” names “%(wanted)s”, and more than one"
                " question is called so. Write its item code."
            )
        else:
            text = _(
                "The condition of “%(name)s” names the question “%(wanted)s”, which"
                " does not exist in this form."
            )
        self.problems.append(text % {"name": name, "wanted": wanted})
        return None

    def _with_value(
        self, leaf: dict, name: str, target: dict, text: str
    ) -> dict | None:
        operator = leaf["op"]
        if operator in ("greater", "less") and target["type"] not in ORDERED:
            self._say(
                _(
                    "“%(name)s” compares “%(target)s” by size, but that is no number,"
                    " date or time."
                ),
                name,
                target,
            )
            return None
        wanted = re.split(r"[,、，\n]", text) if operator == "in" else [text]
        values = [self._value(name, target, part.strip()) for part in wanted]
        if any(value is None for value in values):
            return None
        return {**leaf, "value": values if operator == "in" else values[0]}

    def _value(self, name: str, target: dict, text: str) -> str | None:
        if target["type"] in CHOICES:
            return self._option(name, target, text)
        if target["type"] == "confirm":
            return "yes"
        if not text:
            self._say(
                _("The condition of “%(name)s” on “%(target)s” has no value."),
                name,
                target,
            )
            return None
        return self._typed(name, target, text)

    def _option(self, name: str, target: dict, text: str) -> str | None:
        for option in target["options"]:
            if text in (option["code"], option["label"]):
                return option["key"]
        self._say(
            _(
                "“%(name)s” is shown when “%(target)s” is “%(choice)s”, but that choice"
                " does not exist (any more)."
            ),
            name,
            target,
            choice=text,
        )
        return None

    def _typed(self, name: str, target: dict, text: str) -> str | None:
        try:
            return typed_value(target, text)
        except ValidationError:
            self._say(
                _("“%(name)s”: the value “%(choice)s” does not fit “%(target)s”."),
                name,
                target,
                choice=text,
            )
            return None

    def _say(self, text: str, name: str, target: dict, **more: Any) -> None:
        self.problems.append(text % {"name": name, "target": target["label"], **more})

    def check_cycles(self) -> None:
        """Say which two questions wait for each other; every ring has such a pair."""
        waits = {
            owner: set().union(*(self._reach(key, set()) for key in keys))
            for owner, keys in self.asks.items()
        }
        labels = {f["key"]: f["label"] for f in self.fields}
        told: set[frozenset[str]] = set()
        for owner, keys in self.asks.items():
            for key in sorted(keys):
                pair = frozenset([owner, key])
                closes = owner != key and owner in waits.get(key, set())
                if closes and owner in labels and pair not in told:
                    told.add(pair)
                    self.problems.append(
                        _("“%(one)s” and “%(other)s” wait for each other.")
                        % {"one": labels[owner], "other": labels[key]}
                    )

    def _reach(self, key: str, seen: set[str]) -> set[str]:
        if key not in seen:
            seen.add(key)
            for following in self.asks.get(key, ()):
                self._reach(following, seen)
        return seen

    def check_reachable(self) -> None:
        """Refuse a required question whose conditions can never all be true."""
        for question in self.fields:
            if question["required"] and not self._possible(question):
                self.problems.append(
                    _(
                        "“%(name)s” must be answered, but its conditions contradict"
                        " each other: it would never be shown."
                    )
                    % {"name": question["label"]}
                )

    def _possible(self, question: dict) -> bool:
        left: dict[str, set[str]] = {}
        for leaf in self._needs(question, set()):
            target = self.by_key[leaf["key"]]
            if target["type"] not in ("radio", "select"):
                continue
            every = {option["key"] for option in target["options"]}
            now = left.setdefault(leaf["key"], every)
            left[leaf["key"]] = now & allowed(leaf, every)
        return all(left.values())

    def _needs(self, question: dict, seen: set[str]) -> list[dict]:
        """Every comparison that must hold for the question to be asked."""
        if question["key"] in seen:
            return []
        seen.add(question["key"])
        found = []
        for owner in (question, self.page_of[question["key"]]):
            rule = owner["when"] or {}
            parts = rule.get("all") or []
            if len(rule.get("any") or []) == 1:
                parts = rule["any"]
            for leaf in leaves({"all": parts}):
                found.append(leaf)
                if leaf["op"] != "is_not":
                    found += self._needs(self.by_key[leaf["key"]], seen)
        return found


def allowed(leaf: dict, every: set[str]) -> set[str]:
    """The options of one question under which a comparison can be true."""
    if leaf["op"] == "is":
        return {leaf["value"]}
    if leaf["op"] == "in":
        return set(leaf["value"])
    if leaf["op"] == "is_not":
        return every - {leaf["value"]}
    return every


def typed_value(target: dict, text: str) -> str:
    """A value to compare with, in the form in which such answers are stored."""
    kind, label = target["type"], target["label"]
    if kind == "number":
        value = narrow(text)
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise ValidationError(value)
        return value
    if kind == "time":
        return read_time(label, text)
    if kind == "date":
        if text in ("今日", TODAY):
            return TODAY
        match = WHOLE_DATE.fullmatch(narrow(text))
        if match is None:
            raise ValidationError(text)
        return read_date(label, *match.groups()).isoformat()
    return text


def in_words(rule: dict | None, fields: dict[str, dict]) -> str:
    """A rule as a sentence for editors: which answers show the question."""
    if not rule:
        return ""
    joint = _(" or ") if "any" in rule else _(" and ")
    parts = [leaf_in_words(leaf, fields[leaf["key"]]) for leaf in leaves(rule)]
    return _("Shown when %(conditions)s.") % {"conditions": joint.join(parts)}


def leaf_in_words(leaf: dict, target: dict) -> str:
    values = leaf.get("value", [])
    labels = {option["key"]: option["label"] for option in target.get("options", [])}
    shown = [
        labels.get(v, v) for v in (values if isinstance(values, list) else [values])
    ]
    texts = {
        "is": _("“%(question)s” is “%(value)s”"),
        "is_not": _("“%(question)s” is not “%(value)s”"),
        "in": _("“%(question)s” is one of “%(value)s”"),
        "contains": _("“%(question)s” contains “%(value)s”"),
        "answered": _("“%(question)s” is answered"),
        "greater": _("“%(question)s” is greater or later than “%(value)s”"),
        "less": _("“%(question)s” is less or earlier than “%(value)s”"),
    }
    named = {"question": target["label"], "value": "・".join(shown)}
    return texts[leaf["op"]] % named
