"""Word and Excel documents: looked into without a program that would run them.

They are zip folders. One is packed anew from its own parts: nothing is left that stood
before, between or after them, and the sheets that tell author and firm are left out.
"""

import io
import re
import zipfile
import zlib
from html import unescape

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.bare_office import NOWHERE, TAG, bare_part
from exchange.bare_pictures import Allowance

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{OFFICE}.wordprocessingml.document"
XLSX = f"{OFFICE}.spreadsheetml.sheet"
PARTS = 3000
UNPACKED = 100 * 1024 * 1024
RATIO = 200
MAIN = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
}
TYPES = "[Content_Types].xml"
# Programs, embedded files, and templates that are fetched from elsewhere on opening.
ACTIVE_NAME = re.compile(r"vbaproject|activex|/embeddings/|oleobject|customui", re.I)
ACTIVE_TYPE = re.compile(rb"macroEnabled|vbaProject|activeX|oleObject", re.I)
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b", re.I)
EXTERNAL = re.compile(rb"\bTargetMode\s*+=\s*+[\"']External", re.I)
FETCHED = re.compile(rb"oleObject|/frame[\"']", re.I)
# A file somewhere else: a folder of the writer's, or a trap that is fetched.
HOMES = [
    (re.compile(rb"attachedTemplate", re.I), b'Target="Normal.dotm"'),
    (re.compile(rb"externalLink", re.I), b'Target="Book.xlsx"'),
]
# Left out: the small picture of the first page, and what SharePoint wrote down beside
# the document, with names and addresses of people.
GONE = r"(?:docProps/thumbnail|customXml/)"
GONE_NAME = re.compile(rf"(?:^|/){GONE}", re.I)
GONE_TAG = re.compile(
    rb"\b(?:Target|PartName)\s*+=\s*+[\"'](?:[^\"'<>]*/)?" + GONE.encode(), re.I
)
ELEMENT = re.compile(
    TAG.pattern + rb"(?:\s*+</(?:\w+:)?(?:Relationship|Override)\s*+>)?", re.I
)
# Whatever else lies outside is a file: its path tells of servers and of people.
PUBLIC = re.compile(r"[\"']\s*(?:https?://|mailto:|tel:|#)", re.I)
TARGET = re.compile(rb"\bTarget\s*=\s*(\"[^\"]*\"|'[^']*')")


def type_of(content: bytes) -> str:
    """DOCX or XLSX by what the folder itself says it is; else an empty string."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            info = folder.getinfo(TYPES)
            if info.file_size > 1024 * 1024:
                return ""
            said = folder.read(info)
    except (zipfile.BadZipFile, KeyError, zlib.error, RuntimeError, OSError):
        return ""
    return next((kind for mark, kind in MAIN.items() if mark in said), "")


def packed_anew(content: bytes) -> tuple[bytes, str]:
    """The same document as a new folder, without its author, and its type."""
    kind = type_of(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            return _packed(folder), kind
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ):
        raise ValidationError(
            _("This document is damaged or has a password. Please save it again.")
        ) from None


def _packed(folder: zipfile.ZipFile) -> bytes:
    parts = folder.infolist()
    _refuse_bombs(parts)
    result, left, allowance = io.BytesIO(), UNPACKED, Allowance()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for part in parts:
            if part.is_dir() or GONE_NAME.search(part.filename):
                continue
            with folder.open(part) as stream:
                content = stream.read(left + 1)
            left -= len(content)
            if left < 0:
                raise _bomb()
            _refuse_programs(part.filename, content)
            content = _without_homes(part.filename, content)
            content = bare_part(part.filename, content, allowance)
            name = zipfile.ZipInfo(part.filename)
            packed.writestr(name, content, compress_type=zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > PARTS or len(set(names)) != len(names):
        raise _bomb()
    for part in parts:
        packed = max(part.compress_size, 1)
        if part.file_size > 1024 * 1024 and part.file_size / packed > RATIO:
            raise _bomb()
        is_outside = part.filename.startswith(("/", "\\")) or ".." in part.filename
        if is_outside or ":" in part.filename or part.flag_bits & 0x1:
            raise zipfile.BadZipFile
    if sum(part.file_size for part in parts) > UNPACKED:
        raise _bomb()


def _refuse_programs(name: str, content: bytes) -> None:
    is_list = name == TYPES and ACTIVE_TYPE.search(content)
    is_fetching = name.endswith(".rels") and any(
        _leads_outside(tag[0]) and FETCHED.search(tag[0])
        for tag in TAG.finditer(content)
    )
    if is_list or is_fetching or ACTIVE_NAME.search(name):
        raise ValidationError(
            _(
                "This document carries a macro or another file inside. Save it without"
                " them, or as PDF, and choose that one."
            )
        )


def _leads_outside(tag: bytes) -> bool:
    """Whether a tag is a relation to something outside the document."""
    return bool(RELATION.match(tag) and EXTERNAL.search(tag))


def _without_homes(name: str, content: bytes) -> bytes:
    """A list of relations or types that names nothing left out and no folder."""
    if not name.endswith(".rels") and name != TYPES:
        return content
    return ELEMENT.sub(lambda element: _homeless(element[0]), content)


def _homeless(element: bytes) -> bytes:
    if not _leads_outside(element):
        return b"" if GONE_TAG.search(element) else element
    for sign, instead in HOMES:
        if sign.search(element):
            return TARGET.sub(instead, element)
    target = TARGET.search(element)
    if target and not PUBLIC.match(unescape(target[1].decode("utf-8", "replace"))):
        return TARGET.sub(b'Target="' + NOWHERE + b'"', element)
    return element


def _bomb() -> ValidationError:
    return ValidationError(
        _("This file unpacks to far more than it says. Save it again.")
    )
