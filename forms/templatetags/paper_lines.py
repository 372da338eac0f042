"""Answers side by side on paper, as wide as their question says."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import template

register = template.Library()

WHOLE, LABEL, SHORT_LABEL = 12, 3, 2
# How many signs stand beside each other on the whole width of a paper, in a table of
# small print; a heading may take two lines of its column and an answer three.
SIGNS, HEADING_LINES, TEXT_LINES, LEAST, GAP = 48, 2, 3, 2, 1
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


@dataclass
class RowTable:
    """The rows of a group in a table: a heading for each question, a line for each."""

    headings: list[str]
    rows: list[tuple[str, list[str]]]


@register.filter
def as_table(item: Any) -> RowTable | None:
    """The rows of a group as a table, if that fits on a paper; None where it does not.

    A question that is not asked in a row has no answer there.
    """
    if not item.rows:
        return None
    labels: dict[str, str] = {}
    for _title, subs in item.rows:
        labels |= {sub.key: sub.label for sub in subs}
    rows = []
    for title, subs in item.rows:
        texts = {sub.key: sub.text for sub in subs}
        rows.append((title, [texts.get(key, "") for key in labels]))
    columns = zip(labels.values(), *(texts for _title, texts in rows), strict=True)
    widths = [_width(label, texts) for label, *texts in columns]
    first = max(len(title) for title, _texts in rows) + GAP
    fits = first + sum(widths) <= SIGNS
    return RowTable(list(labels.values()), rows) if fits else None


def _width(label: str, texts: list[str]) -> int:
    """How many signs wide a column has to be."""
    longest = max(len(line) for text in texts for line in text.split("\n"))
    needs = ceil(len(label) / HEADING_LINES), ceil(longest / TEXT_LINES)
    return max(LEAST, *needs) + GAP


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
