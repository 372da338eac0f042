"""Readings above kanji: on the whole page, from the dictionary that editors approved.

The pages are written with the readings that their editors set (``{漢字|かんじ}``).
Whoever wants readings gets the dictionary's as well, whoever does not gets plain text:
no ruby at all, since screen readers read both a word and its reading.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

# A page differs by this cookie and by nothing else of the reader's: caches must tell
# ``on``, ``off`` and its absence apart (absent: on for children, off elsewhere).
COOKIE = "furigana"
ON, OFF = "on", "off"
YEAR = 365 * 24 * 60 * 60

MARKUP = re.compile(r"\{([^{}|]{1,40})\|([^{}|]{1,40})\}")
RUBY = re.compile(r"<ruby[^>]*>(.*?)</ruby>", re.S)
BESIDE_BASE = re.compile(r"<r[pt][^>]*>.*?</r[pt]>", re.S)
# Tags, comments, and whole elements whose text is no text to read on the page. In bdi
# stands what people typed: nobody may put a reading above their names.
UNTOUCHED = re.compile(
    r"<!--.*?-->"
    r"|<(?P<name>script|style|textarea|title|option|ruby|svg|code|pre|bdi)\b"
    r".*?</(?P=name)>"
    r"|<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>",
    re.S,
)
BODY = re.compile(r"<body\b")


def wanted(request: HttpRequest) -> bool:
    """Whether this reader gets readings: as chosen, else as the page is meant."""
    chosen = request.COOKIES.get(COOKIE)
    if chosen in (ON, OFF):
        return chosen == ON
    return getattr(request, "is_for_children", False)


def choose(request: HttpRequest, response: HttpResponse, chosen: str | None) -> None:
    """Let this browser remember the choice; what is not understood changes nothing."""
    if chosen in (ON, OFF):
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def ruby(word: str, reading: str) -> str:
    """A word with its reading; brackets where ruby is not known."""
    return format_html(
        "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>", word, reading
    )


def without_markup(text: str) -> str:
    """``{漢字|かんじ}`` as 漢字: the text that is searched, counted, exported."""
    return MARKUP.sub(r"\1", text)


def without_ruby(html: str) -> str:
    """A page with every ruby element replaced by the word it stands over."""
    if "<ruby" not in html:
        return html
    return RUBY.sub(lambda found: BESIDE_BASE.sub("", found[1]), html)


def with_readings(html: str, words: dict[str, str]) -> str:
    """A page with the dictionary's readings wherever its text has none."""
    start = BODY.search(html)
    if not words or not start:
        return html
    head, body = html[: start.start()], html[start.start() :]
    return head + "".join(marked(body, words))


def marked(html: str, words: dict[str, str]) -> Iterator[str]:
    """The pieces of some HTML, text with readings, all else as it is."""
    pattern = pattern_of(frozenset(words))
    end = 0
    for skipped in UNTOUCHED.finditer(html):
        yield pattern.sub(
            lambda m: ruby(m[0], words[m[0]]), html[end : skipped.start()]
        )
        yield skipped[0]
        end = skipped.end()
    yield pattern.sub(lambda m: ruby(m[0], words[m[0]]), html[end:])


@lru_cache(maxsize=4)
def pattern_of(words: frozenset[str]) -> re.Pattern:
    """What finds the longest word of a dictionary at each place.

    Words are grouped by their first sign, so that a long dictionary costs little.
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return re.compile(
        "|".join(
            f"{re.escape(first)}(?:{'|'.join(rests)})"
            for first, rests in by_first.items()
        )
    )


def bare_text(text: str, words: Iterable[str]) -> str:
    """A text without the words that have a reading, by hand or by dictionary."""
    text = MARKUP.sub("\n", text)
    known = frozenset(words)
    return pattern_of(known).sub("\n", text) if known else text
