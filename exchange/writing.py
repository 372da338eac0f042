"""Writes spreadsheets that a spreadsheet program cannot take for formulas.

A file of its own, for XLSX and CSV alike: every export and template goes through it.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import regex
import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MAX_CELL = 32_767
SIGN = regex.compile(r"\X")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LINE_END = re.compile("\r\n?")
# A carriage return or what is unwritable: most texts have neither.
UNTIDY = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
# What a program may run; the apostrophe is there so that taking it off is unambiguous.
LIVE = re.compile("'*(?:[ \t\r\n\u3000]*[=+\\-@＝＋－＠]|[\t\r\n])")
GUARDED = re.compile("'+(?:[ \t\r\n\u3000]*[=+\\-@＝＋－＠]|[\t\r\n])")
# One sign, two code points: the same to every reader, and CP932 knows the second.
SAME_IN_CP932 = str.maketrans("\u301c\u2212\u2016\u2014\u00a0", "～－∥― ")
REPLACEMENT = "〓"


@dataclass
class Loss:
    """A character that CP932 cannot keep, and where it stands."""

    row: int
    column: str
    character: str


@dataclass
class Csv:
    """The bytes of a CSV file, and what was lost on the way to them."""

    content: bytes
    losses: list[Loss] = field(default_factory=list)


def guarded(text: str) -> str:
    """Text for CSV: with an apostrophe in front where a program could run it."""
    return f"'{text}" if LIVE.match(text) else text


def unguarded(text: str) -> str:
    """The text that ``guarded`` was given."""
    return text[1:] if GUARDED.match(text) else text


def shown(value: Any) -> str | int | float:
    """A value for a cell of CSV: numbers as numbers, moments as in Japan, rest text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{local(value):%Y/%m/%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    text = str(value)
    if UNTIDY.search(text):
        text = UNWRITABLE.sub("", LINE_END.sub("\n", text))
    return text


def local(value: datetime) -> datetime:
    """A moment as the clock in Japan shows it, without a zone."""
    if timezone.is_aware(value):
        value = timezone.localtime(value).replace(tzinfo=None)
    return value


class CsvLines:
    """Writes rows of CSV, all texts quoted and guarded; remembers what is lost.

    *codec* is ``utf-8`` (with BOM) or ``cp932``. Of the losses the first are kept and
    all are counted: a file of any length takes no more memory.
    """

    KEPT = 1_000

    def __init__(self, codec: str, headings: Sequence[str]):
        self.codec = codec
        self.headings = list(headings)
        self.losses: list[Loss] = []
        self.lost = 0
        self.number = 0

    def lines(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        """The line of headings, then one for each row."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        for row in itertools.chain([self.headings], rows):
            self.number += 1
            pairs = zip(self.headings, row, strict=True)
            writer.writerow([self.cell(heading, value) for heading, value in pairs])
            yield out.getvalue()
            out.seek(0)
            out.truncate()

    def cell(self, heading: str, value: Any) -> str | int | float:
        cell = shown(value)
        if not isinstance(cell, str):
            return cell
        if self.codec == "cp932":
            cell, lost = in_cp932(cell)
            self.lost += len(lost)
            room = self.KEPT - len(self.losses)
            self.losses += [Loss(self.number, heading, sign) for sign in lost[:room]]
        return guarded(cell)


def to_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]], codec: str) -> Csv:
    """A CSV file, all fields quoted; *codec* is ``utf-8`` (with BOM) or ``cp932``."""
    made = CsvLines(codec, headings)
    made.KEPT = 10**9
    text = "".join(made.lines(rows))
    encoding = "cp932" if codec == "cp932" else "utf-8-sig"
    return Csv(text.encode(encoding), made.losses)


def in_cp932(text: str) -> tuple[str, list[str]]:
    """Text that CP932 can encode, and the characters it had to give up."""
    text = text.translate(SAME_IN_CP932)
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        lost = [sign for sign in text if not _encodes(sign)]
        kept = "".join(sign if _encodes(sign) else REPLACEMENT for sign in text)
        return kept, lost
    return text, []


def _encodes(sign: str) -> bool:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def to_xlsx(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "データ"
) -> bytes:
    """An XLSX file: text as text, whatever it looks like; headings frozen."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        sheet = Sheet(book, title, headings, formats_of(book))
        for row in rows:
            sheet.write(row)
    return out.getvalue()


def formats_of(book) -> dict[str, Any]:
    """How moments, days and texts look; made once for a workbook."""
    return {
        "moment": book.add_format({"num_format": "yyyy/mm/dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy/mm/dd"}),
        "text": book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top"}
        ),
    }


class Sheet:
    """A sheet that is written row by row, which is what long files need."""

    def __init__(self, book, title: str, headings: Sequence[str], formats: dict):
        self.sheet = book.add_worksheet(title)
        self.formats = formats
        self.count = 0
        write_headings(book, self.sheet, [str(shown(text)) for text in headings])

    def write(self, row: Sequence[Any]) -> None:
        self.count += 1
        for column, value in enumerate(row):
            write_cell(self.sheet, self.count, column, value, self.formats)


def write_headings(book, sheet, headings: Sequence[str]) -> None:
    """The first row: bold, frozen, columns wide enough to read."""
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF5", "border": 1})
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, width_of(heading))
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 0)


def width_of(heading: str) -> float:
    """A column wide enough to read its heading."""
    return min(60, max(12, 2.2 * len(heading) + 4))


def write_cell(sheet, row: int, column: int, value: Any, formats: dict) -> None:
    """One cell by its kind; text too long for a cell says that it was cut."""
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, local(value), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    else:
        text = fitted(str(shown(value)))
        sheet.write_string(row, column, text, formats["text"])


def fitted(text: str) -> str:
    """Text as long as a cell may be; what had to be cut says so."""
    if len(text) <= MAX_CELL // 2 or units(text) <= MAX_CELL:
        return text
    note = _("(cut here: too long for a cell)")
    return beginning(text, MAX_CELL - units(note)) + note


def units(text: str) -> int:
    """The length of a text as spreadsheet programs count it: 𠮷 is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def beginning(text: str, limit: int) -> str:
    """As many whole signs as fit into *limit* units: none is cut in its middle."""
    if units(text) <= limit:
        return text
    end = length = 0
    for sign in SIGN.finditer(text):
        length += units(sign[0])
        if length > limit:
            break
        end = sign.end()
    return text[:end]


def template_of(resource) -> bytes:
    """The workbook to fill in: a sheet of data, how to fill it in, and the lists."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        _data_sheet(book, resource)
        _rules_sheet(book, resource)
        _lists_sheet(book, resource)
    return out.getvalue()


def _data_sheet(book, resource) -> None:
    from exchange.reading import DATA_SHEET, SAMPLE_MARK

    sheet = book.add_worksheet(DATA_SHEET)
    columns = resource.columns()
    write_headings(book, sheet, list(columns.values()))
    text = book.add_format({"num_format": "@"})
    grey = book.add_format({"num_format": "@", "font_color": "#767676", "italic": True})
    for number, name in enumerate(columns):
        sheet.set_column(number, number, 22, text)
        sample = str(resource.samples.get(name, ""))
        if number == 0:
            sample = f"{SAMPLE_MARK}{sample}"
        sheet.write_string(1, number, sample, grey)
        if labels := _labels(resource, name):
            sheet.data_validation(
                1,
                number,
                resource.max_rows,
                number,
                {"validate": "list", "source": labels, "error_type": "warning"},
            )


def _rules_sheet(book, resource) -> None:
    sheet = book.add_worksheet("記入要領")
    write_headings(book, sheet, ["列", "必須", "書き方", "例"])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 20)
    sheet.set_column(2, 3, 50)
    required = resource.required_columns()
    for row, (name, heading) in enumerate(resource.columns().items(), 1):
        cells = [
            heading,
            "必須" if heading in required else "",
            str(resource.hints.get(name, "")),
            str(resource.samples.get(name, "")),
        ]
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, wrap)
    notes = [
        "1行目の見出しは変えないでください。列の順番は変えてもかまいません。",
        "「（例）」で始まる灰色の行は取り込まれません。消しても残してもかまいません。",
        "セルは結合しないでください。空のセルは「値を空にする」という意味になります。",
        "見出しごと列を消すと、その列の値は変わりません。",
    ]
    for offset, note in enumerate(notes):
        sheet.write_string(len(resource.columns()) + 3 + offset, 0, note)


def _lists_sheet(book, resource) -> None:
    sheet = book.add_worksheet("コード表")
    lists = {
        heading: labels
        for name, heading in resource.columns().items()
        if (labels := _labels(resource, name))
    }
    write_headings(book, sheet, list(lists))
    for column, labels in enumerate(lists.values()):
        for row, label in enumerate(labels, 1):
            sheet.write_string(row, column, label)


def _labels(resource, name: str) -> list[str]:
    widget = resource.fields[name].widget
    return widget.labels() if hasattr(widget, "labels") else []
