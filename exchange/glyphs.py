"""Which characters the packaged face can draw, and the fallback for those it cannot.

A missing character falls back by itself. A missing *variant* does not: the face has
the base character and draws that instead, so 葛󠄁 would silently become 葛. Such a run is
put into a span that asks the fallback face first. What neither face has would be an
empty box: it is named instead, an emoji as such, anything else by the printer's 〓.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from django.utils.html import format_html

FONTS = Path(__file__).resolve().parent / "static" / "exchange" / "fonts"
FACE = FONTS / "BIZUDPGothic-Regular.ttf"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# A run worth a look: a base with its selector, or something beyond the first plane.
RUN = re.compile(f"(?:[^{SELECTORS}<>&\\s][{SELECTORS}]|[\U00010000-\U000e00ff])+")
CLUSTER = re.compile(f"[^{SELECTORS}][{SELECTORS}]?")
FALLBACK = "NotoSansCJK-Regular.ttc"
FONT_FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts"]
# An emoji with its tones and joined ones, a flag of two letters, or a rare character.
SIGN = (
    "[\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
PERHAPS_UNDRAWN = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|{SIGN}(?:\u200d{SIGN})*"
    "|[\ue000-\uf8ff\U0001fb00-\U0010ffff]"
)
# The mark of city offices for a sign that cannot be printed: one for one, so that no
# box of a paper grows by it.
UNKNOWN = "〓"
TAG_OR_TEXT = re.compile(r"<(?:title|style)\b.*?</(?:title|style)>|<[^>]*>", re.S)


@cache
def _face() -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """The characters and the variation sequences of the packaged face."""
    from fontTools.ttLib import TTFont

    with TTFont(FACE, lazy=True) as font:
        characters = frozenset(font.getBestCmap())
        sequences = frozenset(
            (base, selector)
            for table in font["cmap"].tables
            if table.format == 14
            for selector, bases in table.uvsDict.items()
            for base, _ in bases
        )
    return characters, sequences


def is_drawn(cluster: str) -> bool:
    """Whether the packaged face draws this character (with its selector, if any)."""
    characters, sequences = _face()
    if len(cluster) == 1:
        return ord(cluster) in characters
    return (ord(cluster[0]), ord(cluster[1])) in sequences


@cache
def _fallback() -> frozenset[int]:
    """The characters of the fallback face; none where it is not installed."""
    from fontTools.ttLib import TTFont

    for folder in map(Path, FONT_FOLDERS):
        for file in folder.expanduser().rglob(FALLBACK):
            with TTFont(file, fontNumber=0, lazy=True) as font:
                return frozenset(font.getBestCmap())
    return frozenset()


def _named(match: re.Match) -> str:
    sign = match[0]
    # A selector or a joiner goes with the character before it, and stays with it.
    if "\U000e0100" <= sign <= "\U000e01ef":
        return sign
    if ord(sign[0]) in _face()[0] or ord(sign[0]) in _fallback():
        return sign
    if unicodedata.category(sign[0]) in ("So", "Sk"):
        return UNKNOWN
    is_rare = unicodedata.category(sign[0]) in ("Co", "Cn") or ord(sign[0]) > 0x1FFFF
    return UNKNOWN if is_rare and _fallback() else sign


def with_names(text: str) -> str:
    """Text in which nothing is left that no face can draw."""
    return PERHAPS_UNDRAWN.sub(_named, text)


def _wrap(match: re.Match) -> str:
    done, waiting = [], ""
    for cluster in [*CLUSTER.findall(match[0]), ""]:
        if cluster and not is_drawn(cluster):
            waiting += cluster
            continue
        if waiting:
            done.append(format_html('<span class="fallback">{}</span>', waiting))
            waiting = ""
        done.append(cluster)
    return "".join(done)


def with_fallback(markup: str) -> str:
    """HTML whose runs that the packaged face lacks ask the fallback face.

    Tags, their attributes, the title and style sheets stay as they are.
    """
    parts, end = [], 0
    for tag in TAG_OR_TEXT.finditer(markup):
        parts += [RUN.sub(_wrap, with_names(markup[end : tag.start()])), tag[0]]
        end = tag.end()
    return "".join([*parts, RUN.sub(_wrap, with_names(markup[end:]))])
