"""Pictures in documents: the same dots, without what is written beside them.

They are not turned: Word turns and cuts them by its own numbers, which fit the dots as
they lie in the file. A TIFF alone is written anew, dot by dot.
"""

import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image

from exchange.pictures import LONGEST, MAX_DOTS, without_facts

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
GIFS, TIFFS = (b"GIF87a", b"GIF89a"), (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Blocks of a GIF: a picture, a note of some kind, the end.
FRAME, NOTE, OVER = 0x2C, 0x21, 0x3B
CONTROL, PROGRAM = 0xF9, 0xFF
LOOP = re.compile(rb"!\xff\x0b(?:NETSCAPE2\.0|ANIMEXTS1\.0)\x03\x01..\x00", re.S)
PIECES = 1_000_000
TIFF_MODES = ("1", "L", "LA", "RGB", "RGBA", "CMYK")


@dataclass
class Allowance:
    """How many dots may still be written anew for one document."""

    dots: int = MAX_DOTS

    def take(self, dots: int) -> None:
        """ValueError once a document asks for more than a machine should give."""
        self.dots -= dots
        if self.dots < 0:
            raise ValueError


def without_notes(content: bytes, allowance: Allowance) -> bytes:
    """A JPEG, PNG, GIF or TIFF without place, device and comments; else as it is.

    ValueError for a picture that is damaged.
    """
    if content.startswith(JPEG):
        return _bare_jpeg(content)
    if content.startswith(PNG):
        return _bare_png(content)
    if content.startswith(GIFS):
        return _bare_gif(content)
    if content.startswith(TIFFS):
        return _bare_tiff(content, allowance)
    return content


def _bare_gif(content: bytes) -> bytes:
    """The frames, how long each is shown, and whether they begin again."""
    at = 13 + _colours(content, 10)
    kept, left = [content[:at]], PIECES
    for _number in range(MOST):
        kind = content[at] if at < len(content) else OVER
        if kind == OVER:
            return b"".join([*kept, b";"])
        if kind == FRAME:
            start = at + 10 + _colours(content, at + 9) + 1
        elif kind == NOTE:
            start = at + 2
        else:
            break
        end, left = _after_pieces(content, start, left)
        is_control = kind == NOTE and content[at + 1] == CONTROL
        if kind == FRAME or is_control or LOOP.fullmatch(content, at, end):
            kept.append(content[at:end])
        at = end
    raise ValueError


def _colours(content: bytes, at: int) -> int:
    """The bytes of the table of colours that a flag announces."""
    if at >= len(content):
        raise ValueError
    return 3 * 2 ** ((content[at] & 7) + 1) if content[at] & 0x80 else 0


def _after_pieces(content: bytes, at: int, left: int) -> tuple[int, int]:
    """Where the pieces end that begin here, and how many more may come."""
    while at < len(content) and left:
        size, left = content[at], left - 1
        at += 1 + size
        if not size:
            return at, left
    raise ValueError


def _bare_tiff(content: bytes, allowance: Allowance) -> bytes:
    """The first picture of a TIFF as a new file, in the size it is printed in."""
    result = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("TIFF",)) as picture:
                width, height = picture.size
                allowance.take(width * height)
                if max(width, height) > LONGEST:
                    raise ValueError
                dots = without_facts(picture, TIFF_MODES, "RGB")
                told = {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
        dots.save(result, "TIFF", compression="tiff_adobe_deflate", **told)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError from None
    except (OSError, SyntaxError, EOFError, KeyError, TypeError):
        raise ValueError from None
    return result.getvalue()


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
