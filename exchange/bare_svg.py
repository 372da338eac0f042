"""Drawings in SVG within documents: what is drawn, without who drew it and where.

Read tag by tag, each byte once; nothing is run and no entity is looked up.
"""

import base64
import binascii
import re
from collections.abc import Callable

# A whole tag, read once: a ">" may stand in a value, a "<" never.
TAG = re.compile(
    rb"<(/?)(?:[\w.-]++:)?([\w.-]++)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>"
)
# They describe the picture, or would run.
GONE = {b"metadata", b"title", b"desc", b"script", b"foreignObject"}
# Where a program kept or exported it, and what would run.
TOLD = re.compile(
    rb"\s(?:sodipodi:[\w-]++|inkscape:[\w-]++|on[a-z]++)\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')"
)
LINK = re.compile(rb"(\b(?:xlink:)?href\s*+=\s*+)(?:\"([^\"]*+)\"|'([^']*+)')")
INSIDE = re.compile(rb"data:image/(?:jpe?g|png|gif|tiff?|bmp|webp);base64,")
ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>", b"<!DOCTYPE": b">"}
DROPPED = (b"<!--", b"<!DOCTYPE")


def bare_svg(content: bytes, bare_picture: Callable[[bytes], bytes]) -> bytes:
    """The drawing without names; *bare_picture* does the same for pictures within it.

    ValueError for one that is damaged, or that defines words of its own (entities).
    """
    kept: list[bytes] = []
    at, within, depth = 0, b"", 0
    while (start := content.find(b"<", at)) >= 0:
        if not within:
            kept.append(content[at:start])
        aside = next((mark for mark in ENDS if content.startswith(mark, start)), None)
        if aside:
            at = _end_of(content, start, ENDS[aside])
            if aside == b"<!DOCTYPE" and b"[" in content[start:at]:
                raise ValueError
            if aside not in DROPPED and not within:
                kept.append(content[start:at])
            continue
        tag = TAG.match(content, start)
        if tag is None:
            raise ValueError
        at = tag.end()
        is_end, name, is_whole = bool(tag[1]), tag[2], tag[0].endswith(b"/>")
        if within:
            if name == within and not is_whole:
                depth += -1 if is_end else 1
            within = within if depth else b""
        elif name in GONE and not is_end:
            within, depth = (b"", 0) if is_whole else (name, 1)
        else:
            kept.append(_bare_tag(tag[0], bare_picture))
    return b"".join([*kept, content[at:] if not within else b""])


def _end_of(content: bytes, start: int, mark: bytes) -> int:
    end = content.find(mark, start)
    if end < 0:
        raise ValueError
    return end + len(mark)


def _bare_tag(tag: bytes, bare_picture: Callable[[bytes], bytes]) -> bytes:
    """A tag without what a program noted in it, and without links to elsewhere."""

    def bare_link(found: re.Match) -> bytes:
        target = found[2] if found[2] is not None else found[3]
        return found[1] + b'"' + _bare_target(target, bare_picture) + b'"'

    return LINK.sub(bare_link, TOLD.sub(b"", tag))


def _bare_target(target: bytes, bare_picture: Callable[[bytes], bytes]) -> bytes:
    target = target.strip()
    head = INSIDE.match(target)
    if head is None:
        return target if target.startswith(b"#") else b"#"
    try:
        picture = base64.b64decode(
            b"".join(target[head.end() :].split()), validate=True
        )
    except binascii.Error:
        raise ValueError from None
    return head[0] + base64.b64encode(bare_picture(picture))
