"""What one press of a button mends: pure functions from text to text.

Each gives the same again when called twice, and none touches a name that the city put
on its list of names.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

FULL_WIDTH = re.compile("[Ａ-Ｚａ-ｚ０-９]+")
HALF_KANA = re.compile("[\uff61-\uff9f]+")
JAPANESE = "[ぁ-ゖァ-ヺー一-鿿々]"
INNER_SPACE = re.compile(
    f"(?<!{JAPANESE}){JAPANESE}(?:[ 　]+{JAPANESE})+(?!{JAPANESE})"
)
DATE = re.compile(
    r"(?<![\w/.:-])(?P<y>[12]\d{3})(?P<sep>[/.-])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
    r"(?![\w/.:-])",
    re.ASCII,
)
TAG = re.compile(r"(<[^>]*>|&#?\w+;)")


@dataclass(frozen=True)
class Words:
    """The city's lists: names to leave, signs to replace, links that say nothing."""

    names: tuple[str, ...] = ()
    signs: dict[str, str] = field(default_factory=dict, hash=False)
    doubtful: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()

    def __post_init__(self):
        names = sorted(filter(None, self.names), key=len, reverse=True)
        pattern = "|".join(map(re.escape, names)) or r"(?!)"
        object.__setattr__(self, "pattern", re.compile(pattern))
        signs = "|".join(map(re.escape, self.signs)) or r"(?!)"
        object.__setattr__(self, "sign_pattern", re.compile(signs))


NO_WORDS = Words()


def outside_names(
    pattern: re.Pattern, put: Callable[[re.Match], str], text: str, words: Words
) -> str:
    """Replace what matches, save where a name of the list stands."""
    kept = [match.span() for match in words.pattern.finditer(text)]

    def replaced(match: re.Match) -> str:
        touches = any(
            match.start() < end and start < match.end() for start, end in kept
        )
        return match[0] if touches else put(match)

    return pattern.sub(replaced, text)


def folded(match: re.Match) -> str:
    return unicodedata.normalize("NFKC", match[0])


def full_width(text: str, words: Words = NO_WORDS) -> str:
    """Ｐｄｆ１０ becomes Pdf10."""
    return outside_names(FULL_WIDTH, folded, text, words)


def half_kana(text: str, words: Words = NO_WORDS) -> str:
    """ｶﾞｯｺｳ becomes ガッコウ."""
    return outside_names(HALF_KANA, folded, text, words)


def inner_spaces(text: str, words: Words = NO_WORDS) -> str:
    """お 知 ら せ becomes お知らせ."""
    return outside_names(
        INNER_SPACE, lambda match: re.sub("[ 　]+", "", match[0]), text, words
    )


def dates(text: str, words: Words = NO_WORDS) -> str:
    """2026/4/1 becomes 2026年4月1日; what is no day of the calendar is left."""
    return outside_names(DATE, date_in_words, text, words)


def date_in_words(match: re.Match) -> str:
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return match[0]
    return f"{year}年{month}月{day}日"


def signs(text: str, words: Words = NO_WORDS) -> str:
    """① becomes （1）, ㈱ becomes （株）: as the city's list says."""
    return outside_names(
        words.sign_pattern, lambda match: words.signs[match[0]], text, words
    )


FIXES: dict[str, Callable[[str, Words], str]] = {
    "full_width": full_width,
    "half_kana": half_kana,
    "inner_space": inner_spaces,
    "machine_sign": signs,
    "date": dates,
}


def mend(text: str, kinds: Iterable[str], words: Words) -> str:
    """All the fixes that were asked for, widths before dates."""
    for kind, fix in FIXES.items():
        if kind in kinds:
            text = fix(text, words)
    return text


def mend_html(html: str, kinds: Iterable[str], words: Words) -> str:
    """The same for the text between tags; addresses and attributes stay."""
    kinds = set(kinds)
    return "".join(
        part if number % 2 else mend(part, kinds, words)
        for number, part in enumerate(TAG.split(html))
    )
