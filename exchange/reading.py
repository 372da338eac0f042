"""Reads an uploaded spreadsheet as rows of text, or says in one sentence why not.

A file of its own and not part of the imports: it opens what a stranger may have made.
Size, members, ratio and dimensions are looked at before openpyxl sees the file.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.writing import unguarded

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_RATIO = 100
MAX_MEMBERS = 200
MAX_COLUMNS = 100
MAX_CELL = 10_000
SAMPLE_MARK = "（例）"
DATA_SHEET = "データ"
CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,4})([0-9]{1,8})"')
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
# Entities, plain or as UTF-16: no spreadsheet program writes them.
ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0?!\0|^(?:\xff\xfe|\xfe\xff)")


@dataclass
class Row:
    """One row with its number as the spreadsheet program shows it."""

    number: int
    cells: list[str]


@dataclass
class Sheet:
    """The headings and the rows that carry something; samples are left out."""

    headings: list[str]
    rows: list[Row] = field(default_factory=list)


def read(content: bytes, file_name: str, encoding: str, max_rows: int) -> Sheet:
    """The rows of a .xlsx or .csv file; ValidationError for everything else."""
    if not content:
        raise ValidationError(_("The file is empty. Choose it again."))
    if len(content) > MAX_BYTES:
        raise ValidationError(
            _("The file is too large: at most 5 MB. Divide it into several files.")
        )
    ending = file_name.rsplit(".", 1)[-1].lower() if "." in file_name else ""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _(
                "This is an old .xls file or has a password. Save it as .xlsx without a"
                " password and try again."
            )
        )
    if ending == "xlsx" and content.startswith(b"PK"):
        rows = _rows_of_xlsx(content, max_rows)
    elif ending == "csv" and not content.startswith(b"PK"):
        rows = _rows_of_csv(content, encoding, max_rows)
    else:
        raise ValidationError(
            _("Only .xlsx and .csv files are read. Save it as one of them.")
        )
    return _sheet(rows, max_rows)


def _sheet(rows: list[Row], max_rows: int) -> Sheet:
    """Headings and rows, checked for shape; blank rows and samples left out."""
    if not rows:
        raise ValidationError(_("There is nothing in the file. Choose it again."))
    headings = _headings(rows[0].cells)
    sheet = Sheet(headings)
    for row in rows[1:]:
        if any(cell.strip() for cell in row.cells[len(headings) :]):
            raise ValidationError(
                _("Row %(row)s is longer than the headings. Check its commas or cells.")
                % {"row": row.number}
            )
        cells = row.cells[: len(headings)]
        cells += [""] * (len(headings) - len(cells))
        if any(cell.strip() for cell in cells) and not _is_sample(cells):
            sheet.rows.append(Row(row.number, cells))
    if not sheet.rows:
        raise ValidationError(_("There are headings but no rows. Fill in the rows."))
    if len(sheet.rows) > max_rows:
        raise ValidationError(_too_many(max_rows))
    return sheet


def _headings(cells: list[str]) -> list[str]:
    headings = [cell.strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    named = [heading for heading in headings if heading]
    if not named:
        raise ValidationError(_("The first row has no headings. Use the template."))
    for heading in named:
        if named.count(heading) > 1:
            raise ValidationError(
                _("The heading “%(heading)s” is there twice. Leave one of them.")
                % {"heading": heading[:40]}
            )
    return headings


def _is_sample(cells: list[str]) -> bool:
    return cells[0].strip().startswith(SAMPLE_MARK)


def _too_many(max_rows: int) -> str:
    return _(
        "There are too many rows: at most %(count)s. Divide it into several files."
    ) % {"count": f"{max_rows:,}"}


def _checked(text: str, number: int) -> str:
    if len(text) > MAX_CELL:
        raise ValidationError(
            _("Row %(row)s has a cell of more than 10,000 characters. Shorten it.")
            % {"row": number}
        )
    return text


# CSV


def _rows_of_csv(content: bytes, encoding: str, max_rows: int) -> list[Row]:
    text = _decoded(content, encoding)
    if "\x00" in text:
        raise ValidationError(
            _("There are characters that no text has. Save it as CSV again.")
        )
    first_line = text.split("\n", 1)[0]
    if "\t" in first_line and "," not in first_line:
        raise ValidationError(
            _("The columns are divided by tabs. Save it as .csv with commas.")
        )
    rows: list[Row] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
            if len(cells) > MAX_COLUMNS:
                raise ValidationError(_too_wide())
            # Twice the limit: blank rows are left out later, but not without end.
            if number > 2 * max_rows + 1000:
                raise ValidationError(_too_many(max_rows))
            cells = [_checked(unguarded(cell), number) for cell in cells]
            rows.append(Row(number, cells))
    except csv.Error:
        raise ValidationError(
            _("Row %(row)s cannot be read. Check its quotation marks, or use .xlsx.")
            % {"row": len(rows) + 1}
        ) from None
    return rows


def _decoded(content: bytes, encoding: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValidationError(
            _("The file is in UTF-16. Save it as “CSV UTF-8” and try again.")
        )
    codecs = {"utf-8": ["utf-8-sig"], "cp932": ["cp932"]}
    for codec in codecs.get(encoding, ["utf-8-sig", "cp932"]):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise ValidationError(
        _(
            "The characters cannot be read in this encoding. Choose another encoding,"
            " or save the file as .xlsx."
        )
    )


def _too_wide() -> str:
    return _("There are too many columns: at most 100. Use the template.")


# XLSX


def _broken() -> ValidationError:
    return ValidationError(
        _(
            "The file cannot be read as .xlsx. Open it in your spreadsheet program,"
            " save it again as .xlsx and try again."
        )
    )


def _unusual() -> ValidationError:
    return ValidationError(
        _(
            "The file is built in an unusual way or is too large when unpacked. Copy"
            " its values into the template and try again."
        )
    )


def _rows_of_xlsx(content: bytes, max_rows: int) -> list[Row]:
    """Rows of the sheet of data; whatever a file may do to a reader ends here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_over(archive)
            return _values(content, archive, max_rows)
    except ValidationError:
        raise
    except Exception:  # noqa: BLE001  a broken or hostile file fails in any way it likes
        raise _broken() from None


def _look_over(archive: zipfile.ZipFile) -> None:
    """Refuse macros and bombs by the directory of the archive."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if any("vbaproject" in name.lower() for name in names):
        raise ValidationError(
            _("The file has macros. Save it as .xlsx without macros and try again.")
        )
    strange = (
        len(members) > MAX_MEMBERS
        or len(set(names)) != len(names)
        or any(_is_strange(member) for member in members)
    )
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if strange or size > MAX_UNPACKED or (size > 2**20 and size / packed > MAX_RATIO):
        raise _unusual()
    for name in names:
        if name.endswith((".xml", ".rels")) and ENTITIES.search(archive.read(name)):
            raise _unusual()
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise ValidationError(
            _("The file has macros. Save it as .xlsx without macros and try again.")
        )


def _is_strange(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    is_encrypted = bool(member.flag_bits & 0x1)
    is_nested = name.lower().endswith((".zip", ".xlsx", ".xlsm", ".docx"))
    leaves = name.startswith(("/", "\\")) or ".." in name.split("/")
    return is_link or is_encrypted or is_nested or leaves


def _values(content: bytes, archive: zipfile.ZipFile, max_rows: int) -> list[Row]:
    from openpyxl import load_workbook

    book = load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    try:
        visible = [s for s in book.worksheets if s.sheet_state == "visible"]
        named = [s for s in visible if s.title == DATA_SHEET]
        sheet = (named or visible)[0]
        last_row = _last_row(archive.read(sheet._worksheet_path), max_rows)
        if last_row == 0:
            return []
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_row=last_row, max_col=MAX_COLUMNS)
        return [
            Row(number, [_checked(text_of(cell), number) for cell in cells])
            for number, cells in enumerate(found, 1)
        ]
    finally:
        book.close()


def _last_row(markup: bytes, max_rows: int) -> int:
    """The last row of a sheet, from its cells: the stated dimension may lie.

    A sheet with merged cells is refused: what hides behind one would be taken as blank.
    """
    if MERGED.search(markup):
        raise ValidationError(
            _("There are merged cells. Undo the merging and try again.")
        )
    last = 0
    for column, row in CELL.findall(markup):
        if len(column) > 2 or _column_number(column) > MAX_COLUMNS:
            raise ValidationError(_too_wide())
        last = max(last, int(row))
    if last > 2 * max_rows + 1000:
        raise ValidationError(_too_many(max_rows))
    return last


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def text_of(cell) -> str:
    """The value of a cell as the person sees it, as far as can be told."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        has_time = value.time() != time()
        return f"{value:%Y-%m-%d %H:%M}" if has_time else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number_text(value, cell.number_format or "")
    # How Excel stores a carriage return; openpyxl leaves it as it stands.
    return re.sub("_x000D_\n?", "\n", str(value))


def _number_text(value: float, number_format: str) -> str:
    """A number without exponent; zeros that its format shows in front are kept."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = str(value)
    if isinstance(value, int) and value >= 0 and re.fullmatch("0+", number_format):
        return text.zfill(len(number_format))
    return text
