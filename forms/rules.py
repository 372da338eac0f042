"""The one evaluator of conditions: for page, POST, review, PDF and everything else.

A rule is a small tree: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": rule}`` or a
leaf ``{"key", "op", "value", "as"}``; instead of ``value`` a leaf may have ``of``, the
key of another question. An empty rule always holds. Rules are evaluated over the
answers in document order; an answer to a question that is itself not asked, or an
option that cannot be chosen, reads as absent for everything after it.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.calculations import derive, plain

Rule = Mapping[str, Any]
Answers = Mapping[str, Any]

NEGATED = {
    "is_not": "is",
    "not_in": "in",
    "not_contains": "contains",
    "not_answered": "answered",
    "at_least": "less",
    "at_most": "greater",
}
POSITIVE = ["is", "in", "contains", "answered", "greater", "less"]
OPERATORS = [*POSITIVE, *NEGATED]
# Sizes of what is not there: neither "at least" nor "less" holds without an answer.
SIZES = ["greater", "less", "at_least", "at_most"]
UNTYPED = ("calculated", "heading", "information", "preset", "stop", "urgent")
TODAY = "today"
END = "end"


def holds(rule: Rule | None, answers: Answers, today: date) -> bool:
    """Whether *rule* is true of *answers*; *today* is the day in Japan."""
    if not rule:
        return True
    if "all" in rule:
        return all(holds(part, answers, today) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, answers, today) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], answers, today)
    return _leaf(rule, answers, today)


def judge(rule: Rule | None, answers: Answers, today: date) -> bool | None:
    """As ``holds``, but None where it hangs on an answer that is not there.

    So a rule about two days says nothing as long as one of them is missing.
    """
    if not rule:
        return True
    if "not" in rule:
        inner = judge(rule["not"], answers, today)
        return None if inner is None else not inner
    if "key" in rule:
        return _leaf(rule, answers, today) if _is_known(rule, answers) else None
    decisive = "any" in rule
    parts = [judge(p, answers, today) for p in rule["any" if decisive else "all"]]
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _is_known(rule: Rule, answers: Answers) -> bool:
    if rule["op"] in ("answered", "not_answered"):
        return True
    keys = [rule["key"], *([rule["of"]] if "of" in rule else [])]
    return all(not _is_absent(answers.get(key)) for key in keys)


def _is_absent(answer: Any) -> bool:
    return answer is None or answer == "" or answer == []


def _leaf(rule: Rule, answers: Answers, today: date) -> bool:
    operator, answer = rule["op"], answers.get(rule["key"])
    wanted = answers.get(rule["of"]) if "of" in rule else rule.get("value")
    if operator in NEGATED:
        is_size = operator in SIZES
        if is_size and (_is_absent(answer) or _is_absent(wanted)):
            return False
        return not _leaf({**rule, "op": NEGATED[operator]}, answers, today)
    if _is_absent(answer):
        return False
    if operator == "answered":
        return True
    if _is_absent(wanted) and "of" in rule:
        return False
    given = [_comparable(part, rule, today) for part in _parts(answer, rule)]
    if operator == "in":
        return any(_comparable(part, rule, today) in given for part in wanted)
    expected = _comparable(plain(wanted), rule, today)
    if operator == "is":
        return given == [expected]
    if operator == "contains":
        return _contains(answer, given, expected)
    return any(_ordered(operator, part, expected) for part in given)


def _parts(answer: Any, rule: Rule) -> list[Any]:
    """An answer as a list of its parts; a school reads as its name."""
    if rule.get("as") == "count":
        return [str(len(answer))]
    if isinstance(answer, list):
        return [plain(part) for part in answer]
    return [plain(answer)]


def _contains(answer: Any, given: list[Any], expected: Any) -> bool:
    if isinstance(answer, list):
        return expected in given
    return bool(expected) and str(expected) in str(given[0])


def _ordered(operator: str, given: Any, expected: Any) -> bool:
    if type(given) is not type(expected):
        return False
    return given > expected if operator == "greater" else given < expected


def _comparable(value: Any, rule: Rule, today: date) -> Any:
    """Numbers compare as numbers, days and times by their ISO text, text as it is."""
    if rule.get("as") in ("number", "count"):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return str(value)
    if rule.get("as") == "date" and value == TODAY:
        return today.isoformat()
    return value


@dataclass
class Walk:
    """A document walked through in its order with a set of answers.

    ``asked`` are the keys of the pages and questions that are asked (a question in a
    row as ``group-row-question``), ``present`` the answers that count, ``required``
    what must be answered now, ``closed`` the options that cannot be chosen now (as
    ``question-option``), ``withdrawn`` those among them that were chosen.
    """

    today: date
    asked: set[str] = field(default_factory=set)
    present: dict[str, Any] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    withdrawn: dict[str, str] = field(default_factory=dict)

    def page(self, page: Mapping, answers: Answers) -> str | None:
        """Walk through a page; the key of the page to go on with, if it says so."""
        if not holds(page.get("when"), self.present, self.today):
            return None
        for question in page["fields"]:
            if holds(question.get("when"), self.present, self.today):
                self.asked.add(question["key"])
                # A page is asked for the sake of its questions: without one, never.
                if not question.get("hidden"):
                    self.asked.add(page["key"])
                self.question(question, answers)
        if page["key"] not in self.asked:
            return None
        for way in page.get("goto") or []:
            if holds(way["when"], self.present, self.today):
                return way["to"]
        return None

    def question(self, question: Mapping, answers: Answers) -> None:
        key = question["key"]
        if question.get("fields") is not None:
            rows = [self.row(question, row) for row in answers.get(key) or []]
            value: Any = [row for row in rows if len(row) > 1]
            if self.must(question, self.present) and self.has_room(question):
                self.required.add(key)
        else:
            value = self.value(question, key, answers.get(key), self.present)
        if not _is_absent(value):
            self.present[key] = value

    def has_room(self, group: Mapping) -> bool:
        """Whether an empty row would ask anything: else nobody could fill it in."""
        return any(
            question["type"] not in UNTYPED
            and holds(question.get("when"), self.present, self.today)
            for question in group["fields"]
        )

    def row(self, group: Mapping, row: Mapping) -> dict[str, Any]:
        """One row: its questions ask about the row, and about what came before."""
        kept: dict[str, Any] = {"id": row["id"]}
        around: MutableMapping = ChainMap(kept, self.present)
        for question in group["fields"]:
            if holds(question.get("when"), around, self.today):
                name = f"{group['key']}-{row['id']}-{question['key']}"
                self.asked.add(name)
                given = row.get(question["key"])
                value = self.value(question, name, given, around)
                if not _is_absent(value):
                    kept[question["key"]] = value
        return kept

    def value(self, question: Mapping, name: str, given: Any, around: Answers) -> Any:
        """The answer that counts: derived if need be, without options not on offer."""
        if self.must(question, around):
            self.required.add(name)
        value = derive(question, given, around, self.today)
        options = question.get("options")
        shut = options and {
            option["key"]
            for option in options
            if option.get("when") and not holds(option["when"], around, self.today)
        }
        if not shut:
            return value
        self.closed |= {f"{name}-{key}" for key in shut}
        parts = value if isinstance(value, list) else [value]
        gone = [part for part in parts if plain(part) in shut]
        if gone:
            self.withdrawn[name] = plain(gone[0])
            left = [part for part in parts if part not in gone]
            return left if isinstance(value, list) else None
        return value

    def must(self, question: Mapping, around: Answers) -> bool:
        rule = question.get("required_when")
        if question.get("required"):
            return True
        return bool(rule) and holds(rule, around, self.today)


def walk(document: Mapping[str, Any], answers: Answers, today: date) -> Walk:
    """What is asked and what counts, given the answers."""
    found = Walk(today)
    target: str | None = None
    for page in document["pages"]:
        if target not in (None, page["key"]):
            continue
        target = found.page(page, answers)
    return found


def relevant(document: Mapping[str, Any], answers: Answers, today: date) -> set[str]:
    """The keys of every page and question that is to be asked, given the answers."""
    return walk(document, answers, today).asked


def leaves(rule: Rule | None) -> Iterator[Rule]:
    """Every comparison inside a rule."""
    if not rule:
        return
    if "not" in rule:
        yield from leaves(rule["not"])
    elif "key" in rule:
        yield rule
    else:
        for part in rule.get("all") or rule.get("any") or []:
            yield from leaves(part)


def keys_in(rule: Rule | None) -> set[str]:
    """Every question that a rule asks about."""
    return {
        key for leaf in leaves(rule) for key in (leaf["key"], leaf.get("of")) if key
    }


def rules_of(question: Mapping) -> Iterator[tuple[str, Rule]]:
    """Every rule of a question with its purpose: show, require, option."""
    if question.get("when"):
        yield "show", question["when"]
    if question.get("required_when"):
        yield "require", question["required_when"]
    for option in question.get("options") or []:
        if option.get("when"):
            yield "option", option["when"]
