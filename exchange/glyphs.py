"""Which characters the packaged face can draw, and the fallback for those it cannot.

A missing character falls back by itself. A missing *variant* does not: the face has
the base character and draws that instead, so 葛󠄁 would silently become 葛. Such a run is
put into a span that asks the fallback face first.
"""

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html

FONTS = Path(__file__).resolve().parent / "static" / "exchange" / "fonts"
FACE = FONTS / "BIZUDPGothic-Regular.ttf"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# A run worth a look: a base with its selector, or something beyond the first plane.
RUN = re.compile(f"(?:[^{SELECTORS}<>&\\s][{SELECTORS}]|[\U00010000-\U000e00ff])+")
CLUSTER = re.compile(f"[^{SELECTORS}][{SELECTORS}]?")
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
        parts += [RUN.sub(_wrap, markup[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join([*parts, RUN.sub(_wrap, markup[end:])])
