"""Conditions as editors write them, read into rules and checked against the form."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms import reachability
from forms.compared import kind_of, parts_of, typed_value
from forms.forms.controls import CONTROLS
from forms.rules import END, SIZES

ORDERED = ("number", "date", "time", "count")
REFERENCE = re.compile(r"[{｛]\s*(.+?)\s*[}｝]")
OPPOSITE = {"none": "any"}


class Owner:
    """Whose condition is read: its name for sentences, its key, what it may ask of.

    It may ask about questions before *limit*; inside a group, about those before it in
    the same row as well.
    """

    def __init__(
        self,
        name: str,
        key: str,
        limit: int,
        row: list[dict] | None = None,
        later: list[dict] | None = None,
    ):
        self.name, self.key, self.limit = name, key, limit
        self.row, self.later = row or [], later or []


class ConditionReader:
    """Reads every condition of one form; collects what is wrong as sentences."""

    def __init__(
        self, pages: list[dict], problems: list[str], previous: dict | None = None
    ):
        self.pages, self.problems = pages, problems
        self.fields = [f for page in pages for f in page["fields"]]
        self.position = {f["key"]: at for at, f in enumerate(self.fields)}
        self.page_of = {f["key"]: page for page in pages for f in page["fields"]}
        self.by_key = {f["key"]: f for f in self.fields}
        self.group_of: dict[str, dict] = {}
        for group in self.fields:
            for sub in group.get("fields") or []:
                self.by_key[sub["key"]] = sub
                self.group_of[sub["key"]] = group
                self.page_of[sub["key"]] = self.page_of[group["key"]]
        self.asks: dict[str, set[str]] = {}
        self.former = former_words(previous)

    def read_page(self, page: dict, value: dict) -> None:
        """Every rule of a page and of its questions, put where they belong."""
        first = next(iter(page["fields"]), None)
        start = self.position[first["key"]] if first else len(self.fields)
        page["when"] = self.rule(Owner(page["title"], page["key"], start), value)
        children = value.get("fields") or []
        for question, child in zip(page["fields"], children, strict=True):
            name = question["label"] or page["title"]
            owner = Owner(name, question["key"], self.position[question["key"]])
            self.read_question(question, owner, child["value"])
        after = Owner(page["title"], page["key"], start + len(page["fields"]))
        self.read_ways(page, after, value)
        self.read_checks(page, after, value)

    def read_question(self, question: dict, owner: Owner, value: dict) -> None:
        question["when"] = self.rule(owner, value)
        duty = self.rule(owner, only(value.get("required_when")))
        if duty:
            question["required_when"] = duty
        options = question.get("options") or []
        for option, item in zip(options, value.get("options") or [], strict=False):
            rule = self.rule(owner, only(item["value"].get("when")))
            if rule:
                option["when"] = rule
        if question["type"] == "calculated":
            question["calc"] = self.calculation(question, owner, value)
        if question["type"] == "grade" and value.get("source"):
            source = self.target(owner, value["source"])
            if self.is_of_kind(owner, source, "date"):
                question["source"] = source["key"]
        if question["type"] == "stop" and not question["when"]:
            self.problems.append(
                _("“%(name)s” stops everybody: give it a condition.")
                % {"name": owner.name}
            )
        for at, sub in enumerate(question.get("fields") or []):
            inner = Owner(
                f"{question['label']} – {sub['label']}",
                sub["key"],
                owner.limit,
                question["fields"][:at],
                question["fields"][at:],
            )
            self.read_question(sub, inner, value["fields"][at]["value"])

    def rule(self, owner: Owner, value: dict) -> dict | None:
        """Conditions and groups of them as one rule; None where there is none."""
        parts = []
        for item in value.get("conditions") or []:
            leaf = self.leaf(owner, item["value"])
            if leaf:
                parts.append(leaf)
        for item in value.get("groups") or []:
            inner = self.rule(owner, item["value"])
            if inner:
                parts.append(inner)
        if not parts:
            return None
        match = value.get("match") or "all"
        joined = {OPPOSITE.get(match, match): parts}
        return {"not": joined} if match == "none" else joined

    def leaf(self, owner: Owner, item: dict) -> dict | None:
        target = self.target(owner, item.get("question") or "")
        if target is None:
            return None
        operator = item.get("comparison") or "is"
        kind = kind_of(target)
        leaf = {"key": target["key"], "op": operator}
        if operator in ("answered", "not_answered"):
            return leaf
        if kind in ORDERED:
            leaf["as"] = kind
        elif operator in SIZES:
            self.say(
                _(
                    "“%(name)s” compares “%(target)s” by size, but that is no number,"
                    " date or time."
                ),
                owner,
                target,
            )
            return None
        reference = REFERENCE.fullmatch((item.get("value") or "").strip())
        if reference:
            return self.with_reference(leaf, owner, target, reference[1])
        return self.with_value(leaf, owner, target, item.get("value") or "")

    def target(self, owner: Owner, wanted: str) -> dict | None:
        """The question meant, and that it comes before whoever asks about it."""
        found = self.find(owner, wanted.strip())
        if found is None:
            return None
        self.asks.setdefault(owner.key, set()).add(found["key"])
        is_later = (
            found in owner.later or self.position.get(found["key"], -1) >= owner.limit
        )
        if is_later:
            self.say(
                _(
                    "“%(name)s” is shown by the answer to “%(target)s”, which comes at"
                    " the same place or later. Move “%(target)s” before it."
                ),
                owner,
                found,
            )
        return found

    def find(self, owner: Owner, wanted: str) -> dict | None:
        """By item code, else by wording, else by the wording it had; in the row first.

        What was renamed keeps its conditions.
        """
        row = [*owner.row, *owner.later]
        former = self.former.get(wanted)
        for fields in (row, self.fields):
            for matches in (
                lambda f: f["code"] == wanted,
                lambda f: f["label"] == wanted,
                lambda f: f["key"] == former,
            ):
                found = [f for f in fields if matches(f)]
                if len(found) > 1:
                    self.unclear(owner, wanted, is_many=True)
                    return None
                if found and CONTROLS[found[0]["type"]].is_answer:
                    return found[0]
        self.unclear(owner, wanted, is_many=False)
        return None

    def unclear(self, owner: Owner, wanted: str, is_many: bool) -> None:
        text = (
            _(
                "The condition of “%(name)s” names “%(wanted)s”, and more than one"
                " question is called so. Write its item code."
            )
            if is_many
            else _(
                "The condition of “%(name)s” names the question “%(wanted)s”, which"
                " does not exist in this form."
            )
        )
        self.problems.append(text % {"name": owner.name, "wanted": wanted})

    def with_reference(
        self, leaf: dict, owner: Owner, target: dict, wanted: str
    ) -> dict | None:
        """A comparison with the answer to another question of the same kind."""
        other = self.target(owner, wanted)
        if other is None:
            return None
        if kind_of(other) != kind_of(target) or "options" in target:
            self.say(
                _("“%(name)s” compares “%(target)s” with “%(choice)s”: they differ."),
                owner,
                target,
                choice=other["label"],
            )
            return None
        return {**leaf, "of": other["key"]}

    def with_value(
        self, leaf: dict, owner: Owner, target: dict, text: str
    ) -> dict | None:
        is_list = leaf["op"] in ("in", "not_in")
        wanted = parts_of(text, target) if is_list else [text]
        values = [self.value(owner, target, part.strip()) for part in wanted]
        if any(value is None for value in values):
            return None
        return {**leaf, "value": values if is_list else values[0]}

    def value(self, owner: Owner, target: dict, text: str) -> str | None:
        if "options" in target:
            return self.option(owner, target, text)
        if target["type"] == "confirm":
            return "yes"
        if not text:
            self.say(
                _("The condition of “%(name)s” on “%(target)s” has no value."),
                owner,
                target,
            )
            return None
        try:
            return typed_value(target, text)
        except ValidationError:
            self.say(
                _("“%(name)s”: the value “%(choice)s” does not fit “%(target)s”."),
                owner,
                target,
                choice=text,
            )
            return None

    def option(self, owner: Owner, target: dict, text: str) -> str | None:
        former = self.former.get(f"{target['key']}:{text}")
        for option in target["options"]:
            if text in (option["code"], option["label"]) or option["key"] == former:
                return option["key"]
        self.say(
            _(
                "“%(name)s” is shown when “%(target)s” is “%(choice)s”, but that choice"
                " does not exist (any more)."
            ),
            owner,
            target,
            choice=text,
        )
        return None

    def is_of_kind(self, owner: Owner, target: dict | None, *kinds: str) -> bool:
        if target is None:
            return False
        if kind_of(target) in kinds:
            return True
        self.say(_("“%(name)s” cannot be worked out from “%(target)s”."), owner, target)
        return False

    def calculation(self, question: dict, owner: Owner, value: dict) -> dict:
        """The tree of a calculation, of the questions that staff picked."""
        operator = value.get("operation") or "sum"
        calc: dict[str, Any] = {"op": operator, "of": []}
        # Until it is read, whoever asks about it may need to know what it yields.
        question["calc"] = calc
        for item in value.get("questions") or []:
            wanted = item["value"] if isinstance(item, dict) else item
            part = self.part(owner, wanted.strip(), KINDS[operator])
            if part:
                calc["of"].append(part)
        least, most = NUMBERS_OF.get(operator, (1, 50))
        if not least <= len(calc["of"]) <= most:
            self.problems.append(
                _("“%(name)s”: please pick the questions that it is worked out from.")
                % {"name": owner.name}
            )
        if operator == "age" and value.get("on"):
            day = self.target(owner, value["on"])
            if self.is_of_kind(owner, day, "date"):
                calc["on"] = day["key"]
        return calc

    def part(self, owner: Owner, wanted: str, kinds: tuple) -> dict | None:
        """One question of a calculation; ``group.question`` for one in every row."""
        group_code, dot, code = wanted.partition(".")
        if not dot:
            target = self.target(owner, wanted)
            fits = target and (not kinds or self.is_of_kind(owner, target, *kinds))
            return {"key": target["key"]} if fits else None
        group = self.target(owner, group_code)
        if group is None:
            return None
        for sub in group.get("fields") or []:
            if code in (sub["code"], sub["label"]):
                if kinds and not self.is_of_kind(owner, sub, *kinds):
                    return None
                self.asks[owner.key].add(sub["key"])
                return {"rows": group["key"], "key": sub["key"]}
        self.unclear(owner, wanted, is_many=False)
        return None

    def read_ways(self, page: dict, owner: Owner, value: dict) -> None:
        """Where to go on after a page; only forward, to a page that exists."""
        ways = []
        for item in value.get("goto") or []:
            way = {
                "when": self.rule(owner, item["value"].get("when") or {}),
                "to": self.page_named(page, (item["value"].get("page") or "").strip()),
            }
            if way["to"]:
                ways.append(way)
        if ways:
            page["goto"] = ways

    def page_named(self, page: dict, title: str) -> str | None:
        names = {"page": page["title"], "target": title}
        if not title:
            return END
        former = self.former.get(f"page:{title}")
        found = [p for p in self.pages if p["title"] == title]
        found = found or [p for p in self.pages if p["key"] == former]
        if len(found) != 1:
            self.problems.append(
                _("After “%(page)s” comes the page “%(target)s”, which does not exist.")
                % names
            )
        elif self.pages.index(found[0]) <= self.pages.index(page):
            self.problems.append(
                _(
                    "After “%(page)s” comes the page “%(target)s”, which stands before"
                    " it. Only later pages can be skipped to."
                )
                % names
            )
        else:
            return found[0]["key"]
        return None

    def read_checks(self, page: dict, owner: Owner, value: dict) -> None:
        checks = []
        for item in value.get("checks") or []:
            given = item["value"]
            rule = self.rule(owner, given.get("rule") or {})
            at = self.target(owner, given.get("at") or "")
            if at is not None and self.page_of[at["key"]] is not page:
                self.say(
                    _("“%(name)s”: “%(target)s” stands on another page."), owner, at
                )
            elif rule and at is not None:
                message = given.get("message") or ""
                check = {"rule": rule, "message": message, "at": at["key"]}
                rows = [row["value"] for row in given.get("translations") or []]
                words = {row["language"]: {"message": row["message"]} for row in rows}
                checks.append(check | ({"i18n": words} if words else {}))
        if checks:
            page["checks"] = checks

    def say(self, text: str, owner: Owner, target: dict, **more: Any) -> None:
        names = {"name": owner.name, "target": target["label"], **more}
        self.problems.append(text % names)

    def check(self) -> None:
        """What no single condition tells: rings, and what can never be reached."""
        reachability.check_cycles(self)
        reachability.check_required(self)
        reachability.check_pages(self)


KINDS: dict[str, tuple] = {
    "sum": ("number",),
    "difference": ("number",),
    "count": ("count",),
    "age": ("date",),
    "days": ("date",),
    "join": (),
}
NUMBERS_OF = {"difference": (2, 2), "age": (1, 1), "days": (2, 2)}


def only(rule: Any) -> dict:
    """A rule of the editor, which keeps it as a list of at most one."""
    if isinstance(rule, list):
        return rule[0]["value"] if rule else {}
    return rule or {}


def former_words(previous: dict | None) -> dict[str, str]:
    """Which question, choice or page had which wording in the version in force."""
    found: dict[str, str] = {}
    for page in (previous or {}).get("pages", []):
        found[f"page:{page['title']}"] = page["key"]
        for question in page["fields"]:
            for each in [question, *(question.get("fields") or [])]:
                found[each["label"]] = each["key"]
                for option in each.get("options") or []:
                    found[f"{each['key']}:{option['label']}"] = option["key"]
    return found
