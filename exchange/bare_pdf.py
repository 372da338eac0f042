"""A PDF without the facts about who made it, where and with what.

The bytes keep their places, so that the tables of the file still hold: what is told in
the information dictionary and in XMP is overwritten with blanks. Where such facts stand
in a packed part, nothing can be overwritten; then the file is refused.
"""

import re
import zlib

# A title stays: it is what people read, and screen readers say it first.
NAMES = rb"Author|Subject|Keywords|Creator|Producer|CreationDate|ModDate|Company"
TEXT = re.compile(rb"/(?:" + NAMES + rb")\s*(\((?:\\.|[^()\\])*\))", re.S)
HEX = re.compile(rb"/(?:" + NAMES + rb")\s*(<[0-9A-Fa-f\s]*>)", re.S)
REFERENCE = re.compile(rb"/(?:Author|Creator|Company)\s+(\d+)\s+(\d+)\s+R")
XMP = (b"<rdf:RDF", b"</rdf:RDF>")
MOST_REFERENCES = 50
XMP_TEXT = re.compile(rb">([^<]+)<")
XMP_ATTRIBUTE = re.compile(rb'="([^"]*)"')
STREAM = re.compile(rb"(?<!end)stream\r?\n")
XMP_PERSON = re.compile(
    rb"creator\b|author|subject|keywords|company|dc:description|contributor|publisher"
    rb"|xmpMM|photoshop|exif|Iptc",
    re.IGNORECASE,
)
BEFORE = 600  # bytes in which the dictionary of a stream stands
# In a packed part the name of a program may stay: it tells of no person and no place.
TELLING = re.compile(rb"/(?:Author|Company|Subject|Keywords)\b")
MOST = 64 * 1024 * 1024


def blanked(content: bytes) -> bytes:
    """The same file with blanks for its metadata; ValueError if some stay."""
    if any(TELLING.search(part) for part in packed_parts(content)):
        raise ValueError("metadata in a packed part")
    last = content.rfind(XMP[0])
    packed = [at for at in streams(content, b"/Metadata") if at > last]
    if any(tells(content, at) for at in packed):
        raise ValueError("packed metadata")
    bare = bytearray(content)
    blank_dictionary(content, bare)
    for first, last in packets(content):
        for pattern in (XMP_TEXT, XMP_ATTRIBUTE):
            for match in pattern.finditer(content, first, last):
                if not match[1].startswith((b"http", b"adobe")):
                    blank(bare, *match.span(1))
    return bytes(bare)


def tells(content: bytes, start: int) -> bool:
    """Whether packed metadata tells more than title and program, or cannot be read."""
    try:
        text = zlib.decompressobj().decompress(content[start : start + MOST], MOST)
    except zlib.error:
        return True
    return XMP[0] not in text or bool(XMP_PERSON.search(text))


def blank_dictionary(content: bytes, bare: bytearray) -> None:
    """Blank the texts of the information dictionary, those pointed at as well."""
    for pattern in (TEXT, HEX):
        for match in pattern.finditer(content):
            first, last = match.start(1) + 1, match.end(1) - 1
            bare[first:last] = (b"0" if pattern is HEX else b" ") * (last - first)
    references = set(REFERENCE.findall(content))
    if len(references) > MOST_REFERENCES:
        raise ValueError("more authors than a paper has")
    for number, version in references:
        blank_object(content, bare, number, version)


def packets(content: bytes):
    """Where each packet of XMP begins and ends."""
    first = content.find(XMP[0])
    while first >= 0:
        last = content.find(XMP[1], first)
        if last < 0:
            return
        yield first, last
        first = content.find(XMP[0], last)


def blank(bare: bytearray, first: int, last: int) -> None:
    bare[first:last] = b" " * (last - first)


def blank_object(content: bytes, bare: bytearray, number: bytes, version: bytes):
    """Blank a text that the dictionary only points at."""
    head = rb"(?<!\d)" + number + rb"\s+" + version + rb"\s+obj\s*"
    for match in re.finditer(
        head + rb"(\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f\s]*>)", content
    ):
        first, last = match.start(1) + 1, match.end(1) - 1
        filler = b"0" if match[1].startswith(b"<") else b" "
        bare[first:last] = filler * (last - first)


def streams(content: bytes, kind: bytes):
    """Where the contents of the streams of a kind begin."""
    for match in STREAM.finditer(content):
        dictionary = content[max(0, match.start() - BEFORE) : match.start()]
        if kind in dictionary.rpartition(b" obj")[2]:
            yield match.end()


def packed_parts(content: bytes):
    """The object streams, unpacked as far as they go."""
    for start in streams(content, b"/ObjStm"):
        try:
            packed = content[start : start + MOST]
            yield zlib.decompressobj().decompress(packed, MOST)
        except zlib.error:
            continue
