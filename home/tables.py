"""Tables as people paste them from a spreadsheet: text, read into cells."""

from django.utils.translation import gettext as _

MAX_CELLS = 600


class UnreadableTable(ValueError):
    """The text makes no table; the message says why."""


def cells_of(text: str) -> list[list[str]]:
    """The rows of a pasted table, all of one length; tabs part the cells.

    A text without any tab is read at its commas, full-width ones too.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    lines = [line for line in lines if line.strip("\t ,\u3000")]
    mark = "\t" if any("\t" in line for line in lines) else ","
    if mark == ",":
        lines = [line.replace("，", ",") for line in lines]
    rows = [[cell.strip(" \u3000") for cell in line.split(mark)] for line in lines]
    if len(rows) < 2 or max(map(len, rows)) < 2:
        raise UnreadableTable(
            _("Give a row of headings and at least one more row, in two columns.")
        )
    width = max(map(len, rows))
    if width * len(rows) > MAX_CELLS:
        raise UnreadableTable(
            _("The table has too many cells (%(most)d at most).") % {"most": MAX_CELLS}
        )
    return [row + [""] * (width - len(row)) for row in rows]


def text_of(cells: list[list[str]]) -> str:
    """The cells as the text that ``cells_of`` reads."""
    return "\n".join("\t".join(row) for row in cells)
