"""The words of every page, as the page table has them; nothing is stored.

Only pages are read here, and of a page only the fields that its type declares in
``search_fields``. So nothing else can ever be found: case data is in no page.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import override
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index as fields

from home.freshness import remembered
from home.search.folding import fold, plain, readings_in

LONGEST_TEXT = 40_000
HEADINGS = ("heading", "title", "question")
Words = Callable[[Page], Iterable[str]]
_more: dict[str, Words] = {}
_hides: dict[str, Callable[[Page], bool]] = {}


def register(model, words: Words, is_hidden: Callable[[Page], bool]) -> None:
    """What else a type of page says, and when it must not be found."""
    _more[model._meta.label_lower] = words
    _hides[model._meta.label_lower] = is_hidden


@dataclass(frozen=True)
class Entry:
    """One page as it is searched: its texts, and the same folded."""

    pk: int
    title: str
    headings: str
    text: str
    readings: str
    is_hidden: bool

    @cached_property
    def folded(self) -> tuple[str, str, str]:
        """Title, headings and the rest, as they are compared."""
        rest = " ".join((self.text, self.readings))
        return fold(self.title), fold(self.headings), fold(rest)


def entries() -> dict[int, Entry]:
    """Every page by its key; made once a generation, whoever asks first."""
    return remembered("search index", make)


def make() -> dict[int, Entry]:
    pages = Page.objects.filter(depth__gt=1).specific().iterator(500)
    with override(settings.LANGUAGE_CODE):
        return {page.pk: entry_of(page) for page in pages}


def entry_of(page: Page) -> Entry:
    """The texts of one page; headings apart, for they weigh more."""
    kind = page._meta.label_lower
    headings, texts = [], []
    for is_heading, words in texts_of(page):
        (headings if is_heading else texts).append(words)
    texts += [words for words in _more.get(kind, lambda _page: ())(page) if words]
    raw = " ".join(texts)[:LONGEST_TEXT]
    hides = _hides.get(kind)
    return Entry(
        pk=page.pk,
        title=plain(page.title),
        headings=plain(" ".join(headings)),
        text=plain(raw),
        readings=readings_in(f"{page.title} {raw}"),
        is_hidden=bool(hides and hides(page)),
    )


def texts_of(page: Page) -> Iterator[tuple[bool, str]]:
    """What the search fields of the page hold, each with whether it is a heading."""
    for field in type(page).get_search_fields():
        if not isinstance(field, fields.SearchField) or field.field_name == "title":
            continue
        column = field.get_field(type(page)) if has_column(field, page) else None
        value = getattr(page, field.field_name, "")
        if isinstance(column, StreamField):
            yield from words_of(value.stream_block, value)
        elif isinstance(value, str) and value:
            yield False, value


def has_column(field, page: Page) -> bool:
    return any(column.name == field.field_name for column in page._meta.get_fields())


def words_of(block: blocks.Block, value) -> Iterator[tuple[bool, str]]:
    """What editors typed into a block: no choices, no addresses, no numbers."""
    if isinstance(block, blocks.RichTextBlock):
        yield False, get_text_for_indexing(value.source) if value else ""
    elif isinstance(block, blocks.CharBlock | blocks.TextBlock):
        yield block.name in HEADINGS, str(value or "")
    else:
        for child, part in parts_of(block, value):
            yield from words_of(child, part)


def parts_of(block: blocks.Block, value) -> Iterator[tuple[blocks.Block, object]]:
    """The blocks within a block, each with its value; none for all other kinds."""
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield child, value.get(name)
    elif isinstance(block, blocks.StreamBlock):
        for child in value:
            yield child.block, child.value
    elif isinstance(block, blocks.ListBlock):
        for part in value or ():
            yield block.child_block, part
