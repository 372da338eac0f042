"""A PDF without the facts about who made it, where and with what.

The bytes keep their places, so that the tables of the file still hold: what is told in
the information dictionary and in XMP is overwritten with blanks. Where such facts stand
in a packed part, nothing can be overwritten; then the file is refused.
"""

import re
import zlib

NAMES = rb"Title|Author|Subject|Keywords|Creator|Producer|CreationDate|ModDate|Company"
TEXT = re.compile(rb"/(?:" + NAMES + rb")\s*(\((?:\\.|[^()\\])*\))", re.S)
HEX = re.compile(rb"/(?:" + NAMES + rb")\s*(<[0-9A-Fa-f\s]*>)", re.S)
REFERENCE = re.compile(rb"/(?:Author|Creator|Company)\s+(\d+)\s+(\d+)\s+R")
XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>|<rdf:RDF.*?</rdf:RDF>", re.S)
XMP_TEXT = re.compile(rb">([^<]+)<")
XMP_ATTRIBUTE = re.compile(rb'="([^"]*)"')
PACKED = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)
METADATA = re.compile(rb"/Type\s*/Metadata\b.{0,400}?stream\r?\n", re.S)
TELLING = re.compile(rb"/(?:Author|Creator|Company|Producer)\b")
MOST = 64 * 1024 * 1024


def blanked(content: bytes) -> bytes:
    """The same file with blanks for its metadata; ValueError if some stay."""
    for start in packed_parts(content):
        if TELLING.search(start):
            raise ValueError("metadata in a packed part")
    bare = bytearray(content)
    for pattern in (TEXT, HEX):
        for match in pattern.finditer(content):
            first, last = match.start(1) + 1, match.end(1) - 1
            bare[first:last] = (b"0" if pattern is HEX else b" ") * (last - first)
    for match in REFERENCE.finditer(content):
        blank_object(content, bare, match[1], match[2])
    for packet in XMP.finditer(content):
        for match in XMP_TEXT.finditer(content, *packet.span()):
            blank(bare, *match.span(1))
    for match in METADATA.finditer(content):
        if not XMP.search(content, match.end()):
            raise ValueError("packed metadata")
    return bytes(bare)


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


def packed_parts(content: bytes):
    """The object streams, unpacked as far as they go."""
    for match in PACKED.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[match.end() :], MOST)
        except zlib.error:
            continue
