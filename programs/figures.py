"""Tables of counts as text: read, protected, shown, drawn."""

import re
import unicodedata
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.phrases import said
from home.tables import UnreadableTable, cells_of, text_of
from programs.suppression import HIDDEN, SMALL, Sheet, protect

TOTALS = ("計", "合計", "総計", "総数")
TOTAL = "計"
WITHHELD = "非公表"
FEWER = re.compile(r"^(\d+)未満$")
NUMBER = re.compile(r"^\d{1,9}$")
MOST_BARS = 40
WIDTH, LINE, BAR = 360, 44, 14


class Counts(NamedTuple):
    """Headings and cells; ``numbers`` is None where something was kept back."""

    cells: list[list[str]]
    numbers: list[list[int]] | None


class Bar(NamedTuple):
    """One bar of the drawing: where it lies, what it says, how long it is."""

    label: str
    text: str
    y: int
    bar_y: int
    width: float


class Bars(NamedTuple):
    """A drawing of bars."""

    width: int
    height: int
    thickness: int
    bars: list[Bar]


def read(text: str) -> Counts:
    """A table of counts. Full-width digits, commas and units in cells are read too.

    A table in which something was kept back already comes as it is, with its totals.
    """
    rows = cells_of(text)
    rows = [rows[0], *([row[0], *map(plain, row[1:])] for row in rows[1:])]
    inner = [cell for row in rows[1:] for cell in row[1:]]
    wrong = next((c for c in inner if not (NUMBER.match(c) or is_mark(c))), None)
    if wrong is not None:
        raise UnreadableTable(
            _("“%(cell)s” is no whole number. Write 0 where there is none.")
            % {"cell": wrong[:20]}
        )
    if any(map(is_mark, inner)):
        return Counts(rows, None)
    rows = without_totals(rows)
    return Counts(rows, [[int(cell) for cell in row[1:]] for row in rows[1:]])


def plain(cell: str) -> str:
    """A cell as digits: ``１，２３４人`` is 1234."""
    if is_mark(cell):
        return cell
    cell = unicodedata.normalize("NFKC", cell).replace(",", "").strip()
    return cell.rstrip("人回件食日") if cell else cell


def is_mark(cell: str) -> bool:
    return cell == WITHHELD or bool(FEWER.match(cell))


def without_totals(rows: list[list[str]]) -> list[list[str]]:
    """The rows without totals that were pasted along: they are made anew."""
    if rows[-1][0] in TOTALS and len(rows) > 2:
        rows = rows[:-1]
    if rows[0][-1] in TOTALS and len(rows[0]) > 2:
        rows = [row[:-1] for row in rows]
    return rows


def protected(text: str, threshold: int, *, adds_up: bool) -> str:
    """The text of the table that may be stored: small numbers kept back for good."""
    cells, numbers = read(text)
    if numbers is None:
        refuse_unsafe(cells, threshold)
        return text_of(cells)
    sheet = Sheet(
        numbers,
        threshold,
        has_row_totals=bool(adds_up) and len(numbers[0]) > 1,
        has_column_totals=bool(adds_up) and len(numbers) > 1,
    )
    if not protect(sheet):
        raise UnreadableTable(
            _(
                "This table cannot be made safe: its numbers are too small. Put rows or"
                " columns together, or leave the totals away."
            )
        )
    return text_of(with_totals(cells, sheet))


def with_totals(cells: list[list[str]], sheet: Sheet) -> list[list[str]]:
    """The cells in words, with the totals that are shown."""
    rows = [list(cells[0]), *([row[0]] for row in cells[1:])]
    if sheet.has_column_totals:
        rows.append([TOTAL])
    if sheet.has_row_totals:
        rows[0].append(TOTAL)
    for number, row in enumerate(rows[1:]):
        for column in range(len(rows[0]) - 1):
            row.append(word(sheet, (number, column)))
    return rows


def word(sheet: Sheet, place: tuple[int, int]) -> str:
    mark = sheet.mark(place)
    if mark == SMALL:
        return f"{sheet.threshold}未満"
    return WITHHELD if mark == HIDDEN else str(sheet.value(place))


def refuse_unsafe(cells: list[list[str]], threshold: int) -> None:
    """A table with something kept back: no number may be below the threshold, and a
    line with a total may not keep back one count alone."""
    for row in cells[1:]:
        for cell in row[1:]:
            if NUMBER.match(cell) and 0 < int(cell) < threshold:
                raise UnreadableTable(
                    _(
                        "“%(cell)s” is below %(threshold)d, and the table has numbers"
                        " kept back already. Paste all numbers anew."
                    )
                    % {"cell": cell, "threshold": threshold}
                )
    lines = []
    if cells[0][-1] in TOTALS:
        lines += [row[1:] for row in cells[1:]]
    if cells[-1][0] in TOTALS:
        lines += [list(column) for column in zip(*cells[1:], strict=True)][1:]
    if any(sum(map(is_mark, line)) == 1 for line in lines):
        raise UnreadableTable(
            _(
                "A number kept back could be recomputed from the total of its row or"
                " column. Paste all numbers anew."
            )
        )


def shown(text: str) -> Counts:
    """The stored table, to be shown as it is."""
    return Counts(cells_of(text), None)


def in_words(table: Counts) -> Counts:
    """The table that is shown in the language of the reader."""
    return Counts([[cell_said(cell) for cell in row] for row in table.cells], None)


def cell_said(cell: str) -> str:
    """A heading or a mark as the reader reads it; a number is the same for all."""
    if get_language() in (None, settings.LANGUAGE_CODE):
        return cell
    if cell == WITHHELD:
        return _("not published")
    fewer = FEWER.match(cell)
    return _("below %(number)s") % {"number": fewer[1]} if fewer else said(cell)


def bars(table: Counts) -> Bars | None:
    """A bar for each count that is shown; what is kept back gets words and no bar."""
    heads, *rows = table.cells
    if rows[-1][0] in TOTALS:
        rows = rows[:-1]
    columns = range(1, len(heads))
    if heads[-1] in TOTALS and len(heads) > 2:
        columns = range(1, len(heads) - 1)
    found = [
        ([row[0]] if len(columns) == 1 else [row[0], heads[c]], row[c])
        for row in rows
        for c in columns
    ]
    if not 1 < len(found) <= MOST_BARS:
        return None
    most = max((int(cell) for _labels, cell in found if NUMBER.match(cell)), default=0)
    drawn = [
        Bar(
            " ".join(map(cell_said, labels)),
            cell_said(cell),
            number * LINE + 15,
            number * LINE + 21,
            round(int(cell) / most * WIDTH, 1) if most and NUMBER.match(cell) else 0,
        )
        for number, (labels, cell) in enumerate(found)
    ]
    return Bars(WIDTH, len(found) * LINE, BAR, drawn)
