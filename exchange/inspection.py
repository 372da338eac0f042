"""What a file is that somebody sent: told by its content, never by what it is called.

The name's ending, the content and the list of kinds that are taken must agree. Files
that are two things at once, that are locked, that carry programs, or that would unpack
to more than they say are refused in words that tell what to do. Pictures are drawn anew
and office documents packed anew, so that places, devices and authors stay behind.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.office import DOCX, XLSX, packed_anew, type_of
from exchange.pictures import drawn_anew

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
HEIC = "image/heic"
TEXT, CSV = "text/plain", "text/csv"

# The kinds that an editor of forms chooses from, each with its endings.
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "pdf": (gettext_lazy("PDF"), {"pdf": PDF}),
    "image": (
        gettext_lazy("Picture (JPEG, PNG, HEIC)"),
        {"jpg": JPEG, "jpeg": JPEG, "png": PNG, "heic": HEIC, "heif": HEIC},
    ),
    "word": (gettext_lazy("Word (docx)"), {"docx": DOCX}),
    "excel": (gettext_lazy("Excel (xlsx)"), {"xlsx": XLSX}),
    "text": (gettext_lazy("Text (txt, csv)"), {"txt": TEXT, "csv": CSV}),
}
DEFAULT_KINDS = ("pdf", "image")
SHORT = {
    PDF: "PDF",
    JPEG: "JPEG",
    PNG: "PNG",
    DOCX: "Word",
    XLSX: "Excel",
    TEXT: "TXT",
    CSV: "CSV",
}
ENDINGS = {
    PDF: "pdf",
    JPEG: "jpg",
    PNG: "png",
    DOCX: "docx",
    XLSX: "xlsx",
    TEXT: "txt",
    CSV: "csv",
}

UNPACKED = 64 * 1024 * 1024
TEXT_LINES = 200_000


@dataclass(frozen=True)
class Inspected:
    """A file that may be taken: its content as it is kept, and what it is."""

    content: bytes
    type: str


def inspect(name: str, content: bytes, kinds: Iterable[str]) -> Inspected:
    """The file as it may be kept. ValidationError says in words why it may not be."""
    endings = endings_of(kinds)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    expected = endings.get(ending)
    if expected is None:
        raise ValidationError(
            _("Only these can be taken here: %(kinds)s.") % {"kinds": words_for(kinds)}
        )
    if not content:
        raise ValidationError(_("The file is empty. Please choose it again."))
    found = sniff(content) or (expected if expected in (TEXT, CSV) else "")
    if found != expected or content.startswith(OLE):
        raise ValidationError(_why_not(content, ending))
    return KEEPERS[expected](content)


def endings_of(kinds: Iterable[str]) -> dict[str, str]:
    """The endings that a list of kinds takes, with the type that each stands for."""
    taken: dict[str, str] = {}
    for kind in kinds:
        if kind in KINDS:
            taken |= KINDS[kind][1]
    return taken


def words_for(kinds: Iterable[str]) -> str:
    return _(", ").join(str(KINDS[kind][0]) for kind in kinds if kind in KINDS)


def sniff(content: bytes) -> str:
    """What the content is; an empty string for whatever we do not know."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return HEIC
    if content.startswith(b"PK\x03\x04"):
        return type_of(content)
    return ""


HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _why_not(content: bytes, ending: str) -> str:
    if content.startswith(OLE):
        return _(
            "This document has a password, or was made by a very old Office. Take the"
            " password away, or save it as PDF, and choose it again."
        )
    return _(
        "The content of this file is not what its name says (.%(ending)s). Please save"
        " it again in the program that made it, or as PDF."
    ) % {"ending": ending[:8]}


def keep_pdf(content: bytes) -> Inspected:
    """A PDF as it is: it may be signed. None that is locked, runs or hides things."""
    if b"%%EOF" not in content[-2048:] or zipfile.is_zipfile(io.BytesIO(content)):
        raise ValidationError(
            _("This PDF is damaged or carries another file. Please save it again.")
        )
    plain = _names_of(content)
    if re.search(rb"/Encrypt\b", plain):
        raise ValidationError(
            _("This PDF has a password. Take the password away and choose it again.")
        )
    if ACTIVE.search(plain):
        raise ValidationError(
            _(
                "This PDF carries a program or another file inside. Print it to a new"
                " PDF and choose that one."
            )
        )
    return Inspected(content, PDF)


ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
STREAM = re.compile(rb"stream\r?\n")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def _names_of(content: bytes) -> bytes:
    """The dictionaries of a PDF, those packed into object streams too."""
    parts, at, budget = [], 0, UNPACKED
    while begin := STREAM.search(content, at):
        end = content.find(b"endstream", begin.end())
        if end < 0:
            break
        head = content[at : begin.start()]
        parts.append(head)
        at = end + len(b"endstream")
        if b"ObjStm" in head[-2000:]:
            unpacker = zlib.decompressobj()
            try:
                unpacked = unpacker.decompress(
                    content[begin.end() : end], max(budget, 1)
                )
            except zlib.error:
                continue
            budget -= len(unpacked)
            if budget <= 0:
                raise ValidationError(
                    _("This file unpacks to far more than it says. Save it again.")
                )
            parts.append(unpacked)
    parts.append(content[at:])
    plain = b"\n".join(parts)
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), plain)


def keep_text(content: bytes) -> Inspected:
    return Inspected(_readable(content).encode(), TEXT)


def keep_table(content: bytes) -> Inspected:
    """A CSV that no spreadsheet program would run."""
    text = _readable(content)
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        raise ValidationError(_("This CSV cannot be read. Save it again.")) from None
    if any(
        cell.lstrip().startswith(("=", "@", "＝", "＠")) for r in rows for cell in r
    ):
        raise ValidationError(
            _(
                "A cell of this CSV begins with a formula. Save it with values only, or"
                " as PDF."
            )
        )
    return Inspected(b"\xef\xbb\xbf" + text.encode(), CSV)


def _readable(content: bytes) -> str:
    """Text in UTF-8 or in the encoding of Japanese Windows; nothing else."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.search(text) and not MARKUP.match(text):
            if text.count("\n") > TEXT_LINES:
                raise ValidationError(_("This text has too many lines."))
            return text
    raise ValidationError(
        _("This is no plain text. Please save it again as text, or as PDF.")
    )


CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MARKUP = re.compile(r"\s*<(?:!|\?|html|head|body|script|svg|iframe)", re.I)


def keep_picture(content: bytes) -> Inspected:
    return Inspected(*drawn_anew(content))


def keep_document(content: bytes) -> Inspected:
    return Inspected(*packed_anew(content))


KEEPERS: dict[str, Callable[[bytes], Inspected]] = {
    PDF: keep_pdf,
    JPEG: keep_picture,
    PNG: keep_picture,
    HEIC: keep_picture,
    DOCX: keep_document,
    XLSX: keep_document,
    TEXT: keep_text,
    CSV: keep_table,
}
