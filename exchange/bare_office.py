"""Who wrote a Word or Excel document, taken out of the parts that say so.

Beside the sheets of facts, names stand with comments and tracked changes, in the list
of people, and in the folder from which a workbook was last saved.
"""

import re
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.bare_pictures import Allowance, without_notes
from exchange.bare_svg import bare_svg

HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = b"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
CORE = HEAD + b'<cp:coreProperties xmlns:cp="' + PACKAGE + b'"/>'
APP = HEAD + b'<Properties xmlns="' + OFFICE + b'extended-properties"/>'
SHEETS = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Who had a shared workbook open.
USERS = HEAD + b'<users xmlns="' + SHEETS + b'" count="0"/>'
CUSTOM = HEAD + b'<Properties xmlns="' + OFFICE + b'custom-properties"/>'
# The sheets of facts, known by what they are: their place is only a custom.
FACTS = [
    (re.compile(rb"<(?:\w+:)?coreProperties\b"), CORE),
    (re.compile(rb"<(?:\w+:)?Properties\b[^<>]*extended-?[pP]roperties"), APP),
    (re.compile(rb"<(?:\w+:)?Properties\b[^<>]*custom-?[pP]roperties"), CUSTOM),
    (re.compile(rb"<(?:\w+:)?users\b[^<>]*spreadsheetml"), USERS),
]
NAMED = {
    "docprops/core.xml": CORE,
    "docprops/app.xml": APP,
    "docprops/custom.xml": CUSTOM,
}
BEGINNING = 4096
PEOPLE = re.compile(r"(?:^|/)(?:people|persons?)\b", re.I)
# A whole tag, read once: a ">" may stand in a value, a "<" never.
TAG = re.compile(rb"<(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>")


def attributes(*names: bytes) -> tuple[re.Pattern, re.Pattern]:
    """The names of these attributes, and the attributes with their values."""
    words = b"|".join(names)
    value = rb"(\b(?:" + words + rb"|url)\s*+=\s*+)(?:\"[^\"]*+\"|'[^']*+')"
    return re.compile(rb"\b(?:" + words + rb"|absPath)\b"), re.compile(value)


ANYWHERE = attributes(b"author", b"initials", b"userName")
# Elsewhere than in the list of people a "displayName" names a table.
AMONG_PEOPLE = attributes(b"author", b"userId", b"displayName")
# An author "tc={…}" is no name: it ties a comment to its thread.
AUTHOR = re.compile(
    rb"(<(?:\w+:)?author\b[^<>]*(?<!/)>)(?!tc=\{[0-9A-Fa-f-]{36}\}<)[^<]*(</)"
)
NOBODY = b"Author"
# The instruction of a field in Word, and in it a file on somebody's disk or server.
FIELD = re.compile(
    rb"(<(?:\w+:)?(?:instrText\b[^<>]*+>|fldSimple\b[^<>]*?\binstr\s*+=))([^<]*+)"
)
PLACE = re.compile(rb"(?:file:|\\\\|(?<![A-Za-z])[A-Za-z]:[\\/])[^\"'<>&]*+", re.I)
NOWHERE = b"about:blank"
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def bare_part(name: str, content: bytes, allowance: Allowance) -> bytes:
    """One part of the folder without the names of people."""
    is_drawing = name.lower().endswith(".svg")
    if not is_drawing and not name.lower().endswith((".xml", ".rels")):
        return without_notes(content, allowance)
    if content[:2] in WIDE:
        raise ValidationError(
            _(
                "This document names people in a way that cannot be taken out here."
                " Save it again in Word or Excel, or as PDF, and choose that one."
            )
        )
    if is_drawing:
        return bare_svg(content, partial(without_notes, allowance=allowance))
    if name.lower() in NAMED:
        return NAMED[name.lower()]
    for sign, bare in FACTS:
        if sign.search(content[:BEGINNING]):
            return bare
    content = FIELD.sub(lambda found: found[1] + PLACE.sub(NOWHERE, found[2]), content)
    words, values = AMONG_PEOPLE if PEOPLE.search(name) else ANYWHERE
    if words.search(content):
        content = TAG.sub(
            lambda tag: (
                values.sub(rb'\1"' + NOBODY + b'"', tag[0])
                if words.search(tag[0])
                else tag[0]
            ),
            content,
        )
    return AUTHOR.sub(rb"\1" + NOBODY + rb"\2", content)
