"""Public pages in several languages: one tree for each, of the same structure.

Japanese is where pages are written. Every other tree has the same pages; one that
nobody has translated yet is Wagtail's alias of the Japanese page. It is served in
Japanese with a word about it, is named as Japanese to screen readers and stays out of
the site map. A locale added in the settings gets its tree at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import translate_url
from wagtail.models import Locale, Page
from wagtail.models.i18n import LocaleManager

from home.freshness import own_copy, remembered

NAMES = dict(settings.LANGUAGES)
FIRST = ("ja", "ja-hira", "en")


@dataclass(frozen=True)
class Spoken:
    """One way to read a page: the language, in its own name, and where."""

    code: str
    name: str
    address: str
    is_current: bool
    is_translated: bool

    @property
    def tag(self) -> str:
        """The language tag as HTML and the site map write it."""
        return tag_of(self.code)


def tag_of(code: str) -> str:
    """``ja-hira`` as ``ja-Hira``, ``pt-br`` as ``pt-BR``: as standards write them."""
    language, _, rest = code.partition("-")
    rest = rest.title() if len(rest) > 2 else rest.upper()
    return f"{language}-{rest}" if rest else language


def ensure_locales() -> None:
    """The languages that a new portal begins with."""
    for code in FIRST:
        Locale.objects.get_or_create(language_code=code)


def remember_locales() -> None:
    """Let Wagtail look a language up once a generation, not twice a request."""
    look_up = LocaleManager.get_for_language

    def remembered_locale(manager, code):
        key = ("locale", code)
        return own_copy(remembered(key, lambda: look_up(manager, code)))

    LocaleManager.get_for_language = remembered_locale


@transaction.atomic
def synchronise(locales: Iterable[Locale] | None = None) -> int:
    """Give each tree the pages it lacks; how many were added.

    Parents come first, so a page is only ever added under its own parent. What has
    been translated is left alone.
    """
    source = Locale.objects.filter(language_code=settings.LANGUAGE_CODE).first()
    pages = Page.objects.filter(locale=source, depth__gt=1).order_by("path")
    added = 0
    for locale in locales or Locale.objects.exclude(pk=source.pk):
        known = set(
            Page.objects.filter(locale=locale).values_list("translation_key", flat=True)
        )
        for page in pages:
            if page.translation_key not in known:
                page.specific.copy_for_translation(locale, alias=True)
                added += 1
    return added


def is_source(page: Page) -> bool:
    """Whether a page is in the language in which facts are kept.

    A page that is being made has its parent's language.
    """
    tree = page if page.locale_id else page.get_parent()
    return bool(tree and tree.locale.language_code == settings.LANGUAGE_CODE)


def is_untranslated(page: Page) -> bool:
    """Whether the page stands in a tree whose language its text is not in."""
    return bool(page.alias_of_id) and page.locale_id != page.alias_of.locale_id


def text_language(page: Page) -> str:
    """The language code of the page's text, which an alias has from its original."""
    source = page.alias_of if page.alias_of_id else page
    return source.locale.language_code


def spoken(page: Page, request=None) -> list[Spoken]:
    """The languages in which the page can be read, Japanese first; one query.

    A page that is in one language only has none to choose from.
    """
    found = page.get_translations(inclusive=True).live()
    found = found.select_related("locale", "alias_of")
    order = list(NAMES)
    entries = [
        Spoken(
            code=entry.locale.language_code,
            name=NAMES.get(entry.locale.language_code, entry.locale.language_code),
            address=entry.get_url(request) or "",
            is_current=entry.pk == page.pk,
            is_translated=not is_untranslated(entry),
        )
        for entry in found
        if entry.locale.language_code in NAMES
    ]
    entries = [entry for entry in entries if entry.address]
    entries.sort(key=lambda entry: order.index(entry.code))
    return entries if len(entries) > 1 else []


def spoken_at(address: str) -> list[Spoken]:
    """The same for an address beside the tree that every language has.

    The query stays; a portal of one language has none to choose from.
    """
    known = remembered("languages", codes)
    here = urlsplit(address).path
    entries = []
    for code in known if len(known) > 1 else []:
        there = translate_url(address, code)
        is_current = urlsplit(there).path == here
        name = NAMES[code]
        entries.append(Spoken(code, name, there, is_current, is_translated=True))
    return entries


def codes() -> list[str]:
    """The languages that have a tree of pages, Japanese first."""
    found = set(Locale.objects.values_list("language_code", flat=True))
    return [code for code in NAMES if code in found]


def translated(entries: Iterable[Spoken]) -> list[Spoken]:
    """Those in their own language, for search engines; a single one is no choice."""
    kept = [entry for entry in entries if entry.is_translated]
    return kept if len(kept) > 1 else []


@dataclass(frozen=True)
class Progress:
    """How far one page is in one language."""

    page: Page
    state: str


@dataclass(frozen=True)
class Row:
    """A Japanese page and its state in every other language."""

    source: Page
    cells: list[Progress | None]


def progress(locales: Iterable[Locale]) -> list[Row]:
    """Every Japanese page with its translations, in tree order; two queries.

    The state of a translation is ``missing`` (still an alias), ``draft`` (never
    published), ``outdated`` (the Japanese was published later) or ``current``.
    """
    source = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    locales = list(locales)
    others = Page.objects.filter(locale__in=locales, depth__gt=1)
    by_place = {(page.translation_key, page.locale_id): page for page in others}
    rows = []
    for page in Page.objects.filter(locale=source, depth__gt=1).order_by("path"):
        places = [by_place.get((page.translation_key, lang.pk)) for lang in locales]
        rows.append(
            Row(page, [Progress(p, state_of(p, page)) if p else None for p in places])
        )
    return rows


def state_of(translation: Page, source: Page) -> str:
    """See ``progress``."""
    if translation.alias_of_id:
        return "missing"
    if not translation.live:
        return "draft"
    published, since = translation.last_published_at, source.last_published_at
    if published and since and published < since:
        return "outdated"
    return "current"


def needs_work(rows: Iterable[Row]) -> int:
    """How many translations are missing, in draft, or older than the Japanese."""
    return sum(
        cell is None or cell.state != "current" for row in rows for cell in row.cells
    )
