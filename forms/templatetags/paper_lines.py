"""Answers side by side on paper, as wide as their question says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

WHOLE, LABEL, SHORT_LABEL = 12, 3, 2
PARTS = {"half": 6, "third": 4}


@dataclass
class Cell:
    """One answer in a line of twelve columns: what its label takes, what its text."""

    item: Any
    label: int
    text: int

    @property
    def whole(self) -> int:
        return self.label + self.text


@register.filter
def in_lines(items: Iterable[Any]) -> list[list[Cell]]:
    """Answers in lines: those of half or a third of the width stand beside each other.

    What is left of a line belongs to its last answer; rows of a group take a whole one.
    """
    lines: list[list[tuple[Any, int]]] = []
    room = 0
    for item in items:
        answer = getattr(item, "item", item)
        wide = WHOLE if answer.rows else PARTS.get(answer.width, WHOLE)
        if wide > room:
            lines.append([])
            room = WHOLE
        lines[-1].append((item, wide))
        room -= wide
    return [list(_cells(line)) for line in lines]


def _cells(line: list[tuple[Any, int]]) -> Iterable[Cell]:
    rest = WHOLE - sum(wide for _item, wide in line)
    for at, (item, wide) in enumerate(line, 1):
        wide += rest if at == len(line) else 0
        label = LABEL if wide == WHOLE else SHORT_LABEL
        yield Cell(item, label, wide - label)
