"""What is wrong with a piece of a page: pure functions, no query, no network.

What a rule needs to know of the rest of the portal is in ``Known``, read once.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from home.checking import walk
from home.checking.fixes import FIXES, Words, mend, mend_html
from home.checking.walk import Piece

STOPS, NOTE = "stops", "note"
SHORTEST_ALT = 3
LONGEST_SENTENCE = 40
EXCERPT = 60
READING = re.compile(r"\{([^{}|]+)\|[^{}|]+\}")
LINK = re.compile(r"<a\b(?P<attributes>[^>]*)>(?P<text>.*?)</a>", re.S)
EMBED = re.compile(r'<embed\b(?P<attributes>[^>]*embedtype="image"[^>]*)>')
TITLE = re.compile(r"<h(?P<level>[2-6])[^>]*>(?P<text>.*?)</h[2-6]>", re.S)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
FILE_NAME = re.compile(
    r"(?:^(?:img|dsc|image|photo|scan|p)?[\W_]*\d+$|\.(?:jpe?g|png|gif|webp|svg|heic)$)",
    re.I,
)
ALT_NAMES = ("alt_text", "alt", "description")
DECORATIVE = ("decorative", "is_decorative")
WORDS_OF_LINK = ("title", "text", "label")
SCHEMES = {"http", "https", "mailto", "tel"}

KINDS: dict[str, tuple[str, Any]] = {
    "broken_link": (STOPS, _("Link that leads nowhere")),
    "bad_address": (STOPS, _("Address that is not written right")),
    "alt_missing": (STOPS, _("Picture without words for it")),
    "heading_empty": (STOPS, _("Empty heading")),
    "incomplete": (STOPS, _("Something required is empty")),
    "alt_weak": (NOTE, _("Words for a picture that say little")),
    "heading_order": (NOTE, _("Heading that skips a rank")),
    "vague_link": (NOTE, _("Text of a link that says nothing")),
    "machine_sign": (NOTE, _("Sign that differs from machine to machine")),
    "doubtful_sign": (NOTE, _("Variant of a character, right in names only")),
    "full_width": (NOTE, _("Full-width letters and digits")),
    "half_kana": (NOTE, _("Half-width kana")),
    "inner_space": (NOTE, _("Blanks inside a word")),
    "date": (NOTE, _("Date not written with 年月日")),
    "table": (NOTE, _("Table without caption or headings")),
    "overdue": (NOTE, _("Day of review is over")),
    "no_description": (NOTE, _("Page without a description for searches")),
    "long_sentence": (NOTE, _("Long sentence on a page for children")),
}
FIXABLE = tuple(FIXES)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it is, and whether a button mends it."""

    kind: str
    excerpt: str
    place: str
    anchor: str
    where: tuple = field(default=(), hash=False)

    @property
    def stops(self) -> bool:
        return KINDS[self.kind][0] == STOPS

    @property
    def label(self) -> str:
        return str(KINDS[self.kind][1])

    @property
    def fixable(self) -> bool:
        return self.kind in FIXABLE


@dataclass(frozen=True)
class Known:
    """What the rules must know of the portal: read once for all pages."""

    words: Words
    today: date
    live_pages: frozenset[int] = frozenset()
    documents: frozenset[int] = frozenset()
    images: dict[int, tuple[str, str]] = field(default_factory=dict, hash=False)
    paths: frozenset[str] = frozenset()
    japanese: frozenset[int] = frozenset()  # the locales that are written in Japanese


@dataclass(frozen=True)
class About:
    """What the rules must know of the page itself."""

    is_japanese: bool = True
    is_for_children: bool = False
    review_by: date | None = None


def findings(
    model, values: dict[str, Any], known: Known, about: About
) -> list[Finding]:
    """Everything that is wrong with a page, in the order in which it is read."""
    pieces = list(walk.pieces_of(model, values))
    found: list[Finding] = []
    for piece in pieces:
        found += of_links(piece, known)
        found += of_pictures(piece, known)
        found += of_dates(piece, known)
        if about.is_japanese:
            found += of_words(piece, known.words)
            if about.is_for_children and piece.name not in walk.OF_EVERY_PAGE:
                found += of_sentences(piece)
    found += of_headings(pieces)
    found += of_page(model, values, known, about)
    return found


def at(piece: Piece, kind: str, excerpt: Any = "") -> Finding:
    text = " ".join(text_of(str(excerpt)).split())
    text = text[: EXCERPT - 1] + "…" if len(text) > EXCERPT else text
    return Finding(kind, text, piece.label, piece.anchor, piece.where)


def text_of(html: str) -> str:
    return unescape(TAG.sub(" ", html))


def attributes_of(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


# Links


def of_links(piece: Piece, known: Known) -> Iterator[Finding]:
    """Links of every kind: to pages, to files, to addresses; and what they say."""
    if piece.kind == walk.HTML:
        for match in LINK.finditer(piece.value or ""):
            yield from of_link(piece, match, known)
    elif piece.kind in (walk.PAGE, walk.DOCUMENT):
        alive = known.live_pages if piece.kind == walk.PAGE else known.documents
        if piece.value not in alive:
            yield at(piece, "broken_link", words_beside(piece) or f"#{piece.value}")
    elif piece.kind == walk.URL and not is_address(piece.value):
        yield at(piece, "bad_address", piece.value)
    elif piece.kind == walk.PATH and not leads_somewhere(piece.value, known):
        yield at(piece, "broken_link", piece.value)
    if piece.kind in (walk.PAGE, walk.DOCUMENT, walk.URL, walk.PATH):
        said = words_beside(piece)
        if said and is_vague(said, known):
            yield at(of_words_beside(piece), "vague_link", said)


def of_link(piece: Piece, match: re.Match, known: Known) -> Iterator[Finding]:
    given = attributes_of(match["attributes"])
    said = text_of(match["text"]).strip()
    kind, key = given.get("linktype"), given.get("id", "")
    if kind in ("page", "document"):
        alive = known.live_pages if kind == "page" else known.documents
        if not key.isdigit() or int(key) not in alive:
            yield at(piece, "broken_link", said)
    else:
        href = given.get("href", "")
        if href.startswith("/") and not href.startswith("//"):
            if not leads_somewhere(href, known):
                yield at(piece, "broken_link", href)
        elif not href.startswith("#") and not is_address(href):
            yield at(piece, "bad_address", href or said)
    if is_vague(said, known):
        yield at(piece, "vague_link", said)


def name_of_words(piece: Piece) -> str:
    """The field of the same struct whose words are the link."""
    for name in WORDS_OF_LINK:
        if isinstance(piece.around.get(name), str) and piece.around[name].strip():
            return name
    return ""


def words_beside(piece: Piece) -> str:
    """What the link says: the words that stand in the same struct."""
    name = name_of_words(piece)
    return piece.around[name].strip() if name else ""


def of_words_beside(piece: Piece) -> Piece:
    """The words of the link themselves, for what is wrong with them and not with it."""
    name = name_of_words(piece)
    return replace(
        piece,
        label=piece.around["_labels"][name],
        where=(*piece.where[:-1], name),
        name=name,
    )


def is_vague(said: str, known: Known) -> bool:
    return said.strip(" 　。、．.>＞→»").strip() in known.words.vague


def is_address(text: Any) -> bool:
    """Whether an address is written as one; nobody is asked whether it answers."""
    text = str(text or "").strip()
    if not text or re.search(r"\s", text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in SCHEMES:
        return False
    if parts.scheme == "mailto":
        return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path))
    if parts.scheme == "tel":
        return bool(re.fullmatch(r"[+#]?[\d-]{3,}", parts.path))
    return bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host)) or host == "localhost"


def leads_somewhere(path: Any, known: Known) -> bool:
    """Whether an address of this portal is one: a page, or a door of the software."""
    path = str(path).split("#")[0].split("?")[0]
    return path in known.paths or f"{path}/" in known.paths or is_door(path)


def is_door(path: str) -> bool:
    """Whether the software answers here, apart from the page tree."""
    from django.urls import Resolver404, resolve

    try:
        match = resolve(path)
    except Resolver404:
        return False
    return match.url_name != "wagtail_serve"


def external_addresses(model, values: dict[str, Any]) -> Iterator[tuple[Piece, str]]:
    """What a page names outside this portal: links, and nothing else is allowed."""
    for piece in walk.pieces_of(model, values):
        if piece.kind == walk.HTML:
            for match in LINK.finditer(piece.value or ""):
                href = attributes_of(match["attributes"]).get("href", "")
                if href.startswith(("http:", "https:", "//")):
                    yield piece, href
        elif piece.kind == walk.URL:
            yield piece, str(piece.value)


# Pictures


def of_pictures(piece: Piece, known: Known) -> Iterator[Finding]:
    """A picture without words, or with words that are the name of its file."""
    if piece.kind == walk.IMAGE:
        if any(piece.around.get(name) for name in DECORATIVE):
            return
        names = [name for name in ALT_NAMES if name in piece.around]
        title, description = known.images.get(piece.value, ("", ""))
        said = [str(piece.around[name] or "").strip() for name in names]
        said = next(filter(None, said), "") or ("" if names else description)
        yield from of_alt(piece, said, title)
    elif piece.kind == walk.HTML:
        for match in EMBED.finditer(piece.value or ""):
            given = attributes_of(match["attributes"])
            if given.get("alt", "") or "data-decorative" not in given:
                key = given.get("id", "")
                title = known.images.get(int(key) if key.isdigit() else 0, ("", ""))[0]
                yield from of_alt(piece, given.get("alt", "").strip(), title)


def of_alt(piece: Piece, said: str, title: str) -> Iterator[Finding]:
    if not said:
        yield at(piece, "alt_missing", title)
    elif FILE_NAME.search(said) or len(said) < SHORTEST_ALT:
        yield at(piece, "alt_weak", said)


# Headings


def of_headings(pieces: Iterable[Piece]) -> Iterator[Finding]:
    """Headings in their order: none empty, none that skips a rank."""
    rank = 1
    for piece in pieces:
        for level, said in headings_of(piece):
            if not said:
                yield at(piece, "heading_empty")
            if level > rank + 1:
                yield at(piece, "heading_order", said)
            rank = level


def headings_of(piece: Piece) -> Iterator[tuple[int, str]]:
    if piece.kind == walk.HEADING:
        yield 2, str(piece.value or "").strip()
    elif piece.kind == walk.HTML:
        for match in TITLE.finditer(piece.value or ""):
            yield int(match["level"]), text_of(match["text"]).strip()


# Words


def of_words(piece: Piece, words: Words) -> Iterator[Finding]:
    """What a button mends, and variants of characters that only names should have."""
    if piece.kind not in (walk.TEXT, walk.HEADING, walk.HTML):
        return
    value = str(piece.value or "")
    is_html = piece.kind == walk.HTML
    text = text_of(value) if is_html else value
    for kind in FIXES:
        after = (
            mend_html(value, {kind}, words) if is_html else mend(value, {kind}, words)
        )
        if after != value:
            after = text_of(after) if is_html else after
            yield at(piece, kind, around_change(text, after))
    kept = words.pattern.sub("", text)
    signs = [sign for sign in words.doubtful if sign in kept]
    if signs:
        yield at(piece, "doubtful_sign", "　".join(sorted(signs)))


def around_change(before: str, after: str) -> str:
    """The words around the first difference."""
    same = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    start = max(0, same - 8)
    return ("…" if start else "") + before[start : same + 40]


def of_sentences(piece: Piece) -> Iterator[Finding]:
    """Long sentences: children read the first half."""
    if piece.kind not in (walk.TEXT, walk.HTML):
        return
    text = READING.sub(r"\1", text_of(str(piece.value or "")))
    for sentence in re.split(r"(?<=[。！？])|\n", text):
        if len(sentence.strip()) > LONGEST_SENTENCE:
            yield at(piece, "long_sentence", sentence.strip())


# Days, tables, the page itself


def of_dates(piece: Piece, known: Known) -> Iterator[Finding]:
    """A fact whose day of review is over; a table that says nothing of its columns."""
    if piece.kind == walk.DATE and "review" in piece.name:
        try:
            is_over = date.fromisoformat(str(piece.value)) < known.today
        except ValueError:
            is_over = False
        if is_over:
            yield at(piece, "overdue", piece.value)
    elif piece.kind == walk.TABLE:
        raw = piece.value
        caption = raw.get("caption") or raw.get("table_caption")
        has_head = raw.get("first_row_is_table_header", True)
        if not str(caption or "").strip() or not has_head:
            yield at(piece, "table", caption or "")


def of_page(model, values, known: Known, about: About) -> Iterator[Finding]:
    anchors = walk.anchors_of(model)
    label = model._meta.get_field
    if about.review_by and about.review_by < known.today:
        name = str(label("review_by").verbose_name)
        yield Finding(
            "overdue", f"{about.review_by:%Y-%m-%d}", name, anchors.get("review_by", "")
        )
    if not (values.get("search_description") or "").strip():
        name = gettext("Description for searches")
        yield Finding("no_description", "", name, anchors.get("search_description", ""))
