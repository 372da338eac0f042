"""Text made alike, so that what looks the same is found: ＢＢハウス and bbはうす."""

import re
import unicodedata

READING = re.compile(r"\{([^{}|]{1,40})\|([^{}|]{1,40})\}")
HALF_WIDTH = re.compile("[\uff66-\uff9f]+")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def fold(text: str) -> str:
    """Full and half width, capitals, katakana and hiragana, variants: all one."""
    return "".join(folded for folded, _place in folded_signs(text))


def folded_signs(text: str) -> list[tuple[str, int]]:
    """Each folded sign with the place in *text* that it comes from."""
    signs = []
    for place, sign in enumerate(text):
        if SELECTORS.match(sign):
            continue
        folded = unicodedata.normalize("NFKC", sign).casefold().translate(HIRAGANA)
        signs += [(part, place) for part in folded]
    return signs


def whole(text: str) -> str:
    """Half-width kana with their marks as one sign each; blanks as one blank."""
    text = HALF_WIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    return " ".join(text.split())


def plain(text: str) -> str:
    """``{漢字|かんじ}`` as 漢字."""
    return whole(READING.sub(r"\1", text))


def readings_in(text: str) -> str:
    """The text as a child may type it: ``{漢字|かんじ}`` as かんじ."""
    return whole(READING.sub(r"\2", text)) if READING.search(text) else ""


def bigrams(folded: str) -> set[str]:
    """Pairs of neighbours, by which near words are told."""
    return {folded[i : i + 2] for i in range(len(folded) - 1)} or {folded}


def likeness(one: str, other: str) -> float:
    """How alike two folded words are, from 0 to 1."""
    first, second = bigrams(one), bigrams(other)
    return 2 * len(first & second) / (len(first) + len(second))
