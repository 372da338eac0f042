"""The one evaluator of conditions: for page, POST, review, PDF and everything else.

A rule is a small tree: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": rule}`` or a
leaf ``{"key", "op", "value", "as"}``. An empty rule always holds. Rules are evaluated
over the answers in document order; an answer to a question that is itself not asked
reads as absent for everything after it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Rule = Mapping[str, Any]
Answers = Mapping[str, Any]

OPERATORS = ["is", "is_not", "in", "contains", "answered", "greater", "less"]
TODAY = "today"


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
    return _leaf(rule, answers.get(rule["key"]), today)


def _leaf(rule: Rule, answer: Any, today: date) -> bool:
    operator, wanted = rule["op"], rule.get("value")
    if operator == "is_not":
        return not _leaf({**rule, "op": "is"}, answer, today)
    if answer is None or answer == "" or answer == []:
        return False
    if operator == "answered":
        return True
    given = [_comparable(part, rule, today) for part in _parts(answer)]
    if operator == "in":
        return any(_comparable(part, rule, today) in given for part in wanted)
    expected = _comparable(wanted, rule, today)
    if operator == "is":
        return given == [expected]
    if operator == "contains":
        return _contains(answer, given, expected)
    return any(_ordered(operator, part, expected) for part in given)


def _parts(answer: Any) -> list[Any]:
    """An answer as a list of its parts; a school reads as its name."""
    if isinstance(answer, list):
        return answer
    return [answer["name"] if isinstance(answer, Mapping) else answer]


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
    if rule.get("as") == "number":
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return str(value)
    if rule.get("as") == "date" and value == TODAY:
        return today.isoformat()
    return value


def relevant(document: Mapping[str, Any], answers: Answers, today: date) -> set[str]:
    """The keys of every page and question that is to be asked, given the answers."""
    asked: set[str] = set()
    present: dict[str, Any] = {}
    for page in document["pages"]:
        if not holds(page.get("when"), present, today):
            continue
        for field in page["fields"]:
            if holds(field.get("when"), present, today):
                # A page is asked for the sake of its questions: without one, never.
                asked |= {page["key"], field["key"]}
                if field["key"] in answers:
                    present[field["key"]] = answers[field["key"]]
    return asked


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
