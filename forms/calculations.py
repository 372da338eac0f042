"""Answers made of other answers: sums, differences, counts, ages, joined text, grades.

What staff pick in the editor is a small tree, ``{"op", "of": [...]}``; a part of ``of``
is ``{"key"}``, or ``{"rows", "key"}`` for one question in every row of a group.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

GRADES = ["e1", "e2", "e3", "e4", "e5", "e6", "j1", "j2", "j3"]


def plain(value: Any) -> Any:
    """What a value of several parts is compared by: its option, its name, its text."""
    if isinstance(value, Mapping):
        for part in ("key", "name", "text"):
            if value.get(part):
                return value[part]
        return ""
    return value


def derive(question: Mapping, given: Any, answers: Mapping, today: date) -> Any:
    """The answer of a question that may follow from others; *given* where it does not.

    What was received is never reckoned anew: it keeps the value of its day.
    """
    if given is not None:
        return given
    if question.get("type") == "calculated":
        return calculate(question["calc"], answers, today)
    if question.get("type") == "grade" and question.get("source"):
        return grade_of(answers.get(question["source"]), today)
    return None


def calculate(calc: Mapping, answers: Mapping, today: date) -> str | None:
    """The result as text, like every answer; None where a part of it is missing."""
    return OPERATIONS[calc["op"]](calc, list(parts_of(calc, answers)), answers, today)


def parts_of(calc: Mapping, answers: Mapping) -> Iterator[Any]:
    """The answers that a calculation is made of; None for one that is not there."""
    for part in calc["of"]:
        if "rows" in part:
            for row in answers.get(part["rows"]) or []:
                yield row.get(part["key"])
        else:
            yield answers.get(part["key"])


def _sum(calc, parts, answers, today):
    numbers = [Decimal(str(part)) for part in parts if part is not None]
    return _text(sum(numbers, Decimal(0))) if numbers else None


def _difference(calc, parts, answers, today):
    if None in parts:
        return None
    return _text(Decimal(str(parts[0])) - Decimal(str(parts[1])))


def _count(calc, parts, answers, today):
    return str(sum(len(part) for part in parts if part))


def _age(calc, parts, answers, today):
    end = answers.get(calc["on"]) if calc.get("on") else today.isoformat()
    if parts[0] is None or end is None:
        return None
    born, day = date.fromisoformat(parts[0]), date.fromisoformat(end)
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return str(years) if years >= 0 else None


def _days(calc, parts, answers, today):
    if None in parts:
        return None
    first, last = (date.fromisoformat(part) for part in parts)
    return str((last - first).days)


def _join(calc, parts, answers, today):
    words = [str(plain(part)) for part in parts if part is not None]
    return calc.get("with", "　").join(words) or None


OPERATIONS = {
    "sum": _sum,
    "difference": _difference,
    "count": _count,
    "age": _age,
    "days": _days,
    "join": _join,
}
NUMERIC = ["sum", "difference", "count", "age", "days"]


def _text(number: Decimal) -> str:
    return format(number, "f")


def grade_of(birth_date: str | None, today: date) -> str | None:
    """The school year of a child on a day: six years old on 1 April is the first.

    Who was born on 1 April goes with those born the day before, by the law on ages.
    """
    if birth_date is None:
        return None
    born = date.fromisoformat(birth_date)
    enters = born.year + (7 if (born.month, born.day) > (4, 1) else 6)
    school_year = today.year if today.month >= 4 else today.year - 1
    at = school_year - enters
    return GRADES[at] if 0 <= at < len(GRADES) else "other"
