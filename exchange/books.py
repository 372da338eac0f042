"""Workbooks (XLSX) of any length: rows go to the disk as they come, memory stays.

For long files only: a cell costs a fraction of what it costs in a general library.
Text stands in a cell as text, whatever it looks like; empty cells are left out.
"""

import itertools
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from exchange.writing import MAX_CELL, fitted, local, shown, width_of

EPOCH = datetime(1899, 12, 30)
DAY = timedelta(days=1)
MOST_ROWS = 1_048_576
FIRST_YEAR = 1900
# What cannot stand in a cell as it is: markup, control signs, what Excel would decode.
CARE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
DECODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
TEXT, DAY_STYLE, MOMENT, HEADING = 1, 2, 3, 4
PIECE = 1 << 20
Beat = Callable[[], None]

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2">\
<numFmt numFmtId="164" formatCode="yyyy/mm/dd"/>\
<numFmt numFmtId="165" formatCode="yyyy/mm/dd hh:mm"/></numFmts>\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="3"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF5"/></patternFill></fill>\
</fills><borders count="2"><border/><border><left style="thin"/><right style="thin"/>\
<top style="thin"/><bottom style="thin"/></border></borders>\
<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf xfId="0"/>\
<xf xfId="0" numFmtId="49" applyNumberFormat="1" applyAlignment="1">\
<alignment vertical="top" wrapText="1"/></xf>\
<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>\
<xf xfId="0" numFmtId="165" applyNumberFormat="1"/>\
<xf xfId="0" fontId="1" fillId="2" borderId="1" applyFont="1" applyFill="1"\
 applyBorder="1"/></cellXfs><cellStyles count="1">\
<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


class LongSheet:
    """A sheet that takes one row after the other.

    *headings* are the first row, bold and frozen. ``is_full`` once no spreadsheet
    program would show a further row.
    """

    def __init__(self, title: str, headings: Sequence[str]):
        self.title = title
        self.headings = list(headings)
        self.row = 0
        self.file = tempfile.TemporaryFile("w+b")  # noqa: SIM115  the book closes it
        self.letters = [letters_of(at) for at in range(len(headings))]
        widths = "".join(
            f'<col min="{at}" max="{at}" width="{width_of(text):.2f}" customWidth="1"/>'
            for at, text in enumerate(headings, 1)
        )
        self._put(
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView'
            ' workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
            ' activePane="bottomLeft" state="frozen"/>'
            f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
        )
        self.write(headings, HEADING)

    @property
    def is_full(self) -> bool:
        return self.row >= MOST_ROWS

    def write(self, row: Sequence[Any], style: int = TEXT) -> None:
        """One row; ValueError if it has more cells than there are headings."""
        self.row += 1
        number = self.row
        cells = [
            f'<c r="{letters}{number}" {xml_of(value, style)}</c>'
            for letters, value in zip(self.letters, row, strict=True)
            if value != "" and value is not None
        ]
        self._put(f'<row r="{number}">{"".join(cells)}</row>')

    def copy(self, into: IO[bytes], beat: Beat) -> None:
        """End the sheet and copy it to where it belongs."""
        self._put("</sheetData></worksheet>")
        self.file.seek(0)
        while piece := self.file.read(PIECE):
            into.write(piece)
            beat()

    def _put(self, text: str) -> None:
        self.file.write(text.encode())


class LongBook:
    """A workbook of such sheets; it is written to *file* when the block ends well.

    *beat* is called while the pieces are put together, every megabyte. A sheet that is
    full goes on in another one beside it: no row is lost.
    """

    def __init__(self, file: IO[bytes], beat: Beat = lambda: None):
        self.file = file
        self.beat = beat
        self.parts: list[list[LongSheet]] = []

    def add(self, title: str, headings: Sequence[str]) -> int:
        """A sheet of this name; its place, by which rows are written to it."""
        texts = [str(shown(heading)) for heading in headings]
        self.parts.append([LongSheet(title, texts)])
        return len(self.parts) - 1

    def write(self, place: int, row: Sequence[Any]) -> None:
        parts = self.parts[place]
        if parts[-1].is_full:
            parts.append(LongSheet(self._next_title(parts), parts[0].headings))
        parts[-1].write(row)

    def _next_title(self, parts: list[LongSheet]) -> str:
        taken = {sheet.title.casefold() for sheet in self.sheets}
        names = (f"{parts[0].title[:24]}_{n}" for n in itertools.count(len(parts) + 1))
        return next(name for name in names if name.casefold() not in taken)

    @property
    def sheets(self) -> list[LongSheet]:
        return [sheet for parts in self.parts for sheet in parts]

    def __enter__(self) -> "LongBook":
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self._put_together()
        finally:
            for sheet in self.sheets:
                sheet.file.close()

    def _put_together(self) -> None:
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED) as book:
            for name, text in self._frame().items():
                book.writestr(name, text)
            for at, sheet in enumerate(self.sheets, 1):
                name = f"xl/worksheets/sheet{at}.xml"
                with book.open(name, "w", force_zip64=True) as into:
                    sheet.copy(into, self.beat)

    def _frame(self) -> dict[str, str]:
        """The parts of the package around the sheets."""
        numbers = range(1, len(self.sheets) + 1)
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml"'
            f' ContentType="{TYPES}.worksheet+xml"/>'
            for n in numbers
        )
        sheets = "".join(
            f'<sheet name={quoteattr(sheet.title)} sheetId="{n}" r:id="rId{n}"/>'
            for n, sheet in enumerate(self.sheets, 1)
        )
        links = [(f"{OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        links.append((f"{OFFICE}/styles", "styles.xml"))
        return {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml"'
            f' ContentType="{TYPES}.sheet.main+xml"/>'
            '<Override PartName="/xl/styles.xml"'
            f' ContentType="{TYPES}.styles+xml"/>{parts}</Types>',
            "_rels/.rels": relations([(f"{OFFICE}/officeDocument", "xl/workbook.xml")]),
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f"<sheets>{sheets}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(links),
            "xl/styles.xml": STYLES,
        }


def relations(links: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, 1)
    )
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'
    )


def xml_of(value: Any, style: int = TEXT) -> str:
    """The rest of the cell's tag and its content: text, number, day or moment."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, date) and value.year > FIRST_YEAR:
        return serial_of(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return f"><v>{value!r}</v>"
    else:
        text = str(shown(value))
    if len(text) > MAX_CELL // 2 or CARE.search(text):
        text = careful(text)
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f's="{style}" t="inlineStr"><is><t{space}>{text}</t></is>'


def serial_of(value: date) -> str:
    """A day or a moment as a spreadsheet counts them; older ones it cannot count."""
    if isinstance(value, datetime):
        return f's="{MOMENT}"><v>{(local(value) - EPOCH) / DAY:.10f}</v>'
    days = (datetime(value.year, value.month, value.day) - EPOCH).days
    return f's="{DAY_STYLE}"><v>{days}</v>'


def careful(text: str) -> str:
    """Text as it may stand in a cell: readable, cut where a cell ends, escaped."""
    text = fitted(str(shown(text)))
    return escape(DECODED.sub("_x005F_", text))


def letters_of(column: int) -> str:
    """The name of a column, counted from nought: A … Z, AA …"""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
