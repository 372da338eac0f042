"""Pictures in documents: the same dots, without what is written beside them.

They are not drawn anew: Word turns and cuts them by its own numbers, which fit the dots
as they lie in the file.
"""

import re

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
# What a reader needs to show the dots in their colours; all else tells of the picture.
CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"}
CHUNKS |= {b"iCCP", b"pHYs", b"sBIT", b"bKGD", b"acTL", b"fcTL", b"fdAT"}
NOTES = {0xFE, *range(0xE0, 0xF0)}
NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
LAST, DOTS = 0xD9, 0xDA
MARK = re.compile(rb"\xff++([^\xff])", re.S)
AFTER_DOTS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
MOST = 100_000


def without_notes(content: bytes) -> bytes:
    """A JPEG or PNG without place, device and comments; anything else as it is.

    ValueError for a picture that is damaged.
    """
    if content.startswith(JPEG):
        return _bare_jpeg(content)
    if content.startswith(PNG):
        return _bare_png(content)
    return content


def _bare_png(content: bytes) -> bytes:
    kept, at = [PNG], len(PNG)
    for _number in range(MOST):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(content):
            break
        if kind in CHUNKS:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise ValueError


def _bare_jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    for _number in range(MOST):
        mark = MARK.match(content, at)
        if mark is None:
            break
        kind, start = mark[1][0], mark.end()
        if kind == LAST:
            return b"".join([*kept, b"\xff\xd9"])
        size = int.from_bytes(content[start : start + 2])
        at = start + size
        if size < 2 or at > len(content):
            break
        if kind == DOTS:
            following = AFTER_DOTS.search(content, at)
            at = following.start() if following else len(content)
        begins = NEEDED.get(kind)
        if kind not in NOTES or (begins and content.startswith(begins, start + 2)):
            kept.append(b"\xff" + mark[1] + content[start:at])
    raise ValueError
