"""Small numbers kept back in tables, so that nobody can be picked out of them.

A count below the threshold is kept back. As long as totals are shown, it could still be
recomputed from them; so further counts are kept back until every count that is kept
back could also have been another one.

The check is exact. A table with its totals is a network: rows and columns are nodes,
counts are edges, and what readers know of a count bounds it. Two tables that show the
same differ by circles along which one unit is moved. A count that is kept back is safe
if such a circle runs through it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN, SMALL, HIDDEN, ABSENT = "shown", "small", "hidden", "absent"
LEAST_THRESHOLD = 3  # below, "fewer than 2" would say "1"
Place = tuple[int, int]


@dataclass
class Sheet:
    """A table of counts; its totals stand behind each row and under each column.

    Totals that are not shown are ABSENT: they bind nothing.
    """

    counts: list[list[int]]
    threshold: int
    has_row_totals: bool = True
    has_column_totals: bool = True
    marks: dict[Place, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.height, self.width = len(self.counts), len(self.counts[0])
        rows = [[*row, sum(row)] for row in self.counts]
        self.values = [*rows, [sum(column) for column in zip(*rows, strict=True)]]
        for place in self.places():
            if self.is_absent(*place):
                self.marks[place] = ABSENT
            elif 0 < self.value(place) < self.threshold:
                self.marks[place] = SMALL

    def is_absent(self, row: int, column: int) -> bool:
        return (column == self.width and not self.has_row_totals) or (
            row == self.height and not self.has_column_totals
        )

    def places(self) -> Iterator[Place]:
        for row in range(self.height + 1):
            for column in range(self.width + 1):
                yield row, column

    def value(self, place: Place) -> int:
        return self.values[place[0]][place[1]]

    def mark(self, place: Place) -> str:
        return self.marks.get(place, SHOWN)

    def sign(self, place: Place) -> int:
        """How a count enters its row: a total of one of the two counts against it."""
        return -1 if (place[0] == self.height) != (place[1] == self.width) else 1

    def may_change(self, place: Place, step: int) -> bool:
        """Whether readers must think it possible that the count is *step* more."""
        mark, value = self.mark(place), self.value(place) + step
        if mark == SHOWN:
            return False
        if mark == ABSENT:
            return value >= 0
        if mark == SMALL:
            return 0 < value < self.threshold
        return value >= self.threshold


def protect(sheet: Sheet) -> bool:
    """Mark what is kept back; False if no choice makes the table safe."""
    if sheet.threshold < LEAST_THRESHOLD:
        raise ValueError(f"The threshold must be {LEAST_THRESHOLD} at least.")
    while exposed := next(exposed_places(sheet), None):
        choice = best_partner(sheet, exposed)
        if choice is None:
            return False
        sheet.marks[choice] = HIDDEN
    return True


def exposed_places(sheet: Sheet) -> Iterator[Place]:
    """The counts kept back that readers can tell all the same."""
    for place, mark in sheet.marks.items():
        if mark in (SMALL, HIDDEN) and is_exposed(sheet, place):
            yield place


def best_partner(sheet: Sheet, exposed: Place) -> Place | None:
    """The next count to keep back: in the same line, no total, as small as may be."""

    def cost(place: Place) -> tuple:
        is_beside = place[0] == exposed[0] or place[1] == exposed[1]
        is_total = place[0] == sheet.height or place[1] == sheet.width
        return (not is_beside, is_total, sheet.value(place), place)

    free = (p for p in sheet.places() if p not in sheet.marks and sheet.value(p) > 0)
    return min(free, key=cost, default=None)


def is_exposed(sheet: Sheet, place: Place) -> bool:
    """Whether no other table that shows the same has another count at *place*."""
    return not any(
        sheet.may_change(place, step) and has_circle(sheet, place, step)
        for step in (1, -1)
    )


def has_circle(sheet: Sheet, place: Place, step: int) -> bool:
    """Whether a step at *place* can be made good all around a circle.

    What is added to a row has to be taken from it at another count, whose column then
    lacks it, and so on until the circle closes. Rows are seen from their columns.
    """
    flow = step * sheet.sign(place)
    seen_rows, seen_columns = set(), {place[1]}
    columns = deque([place[1]])
    while columns:
        column = columns.popleft()
        for row in range(sheet.height + 1):
            beside = (row, column)
            due = -flow * sheet.sign(beside)
            if beside == place or row in seen_rows:
                continue
            if not sheet.may_change(beside, due):
                continue
            if row == place[0]:
                return True
            seen_rows.add(row)
            for other in range(sheet.width + 1):
                onward = (row, other)
                if other not in seen_columns and sheet.may_change(
                    onward, flow * sheet.sign(onward)
                ):
                    seen_columns.add(other)
                    columns.append(other)
    return False
