"""The pages of the seed in the other languages to begin with.

A language has one book of phrases: each text of the Japanese pages, and the same text
in that language. A page of which every text is in the book is translated with it. What
editors have taken over already is left as it is.
"""

import json
from typing import Any

from django.db import transaction
from wagtail.models import Locale, Page

from home import languages
from home.models import BasePage, Phrase, SearchSettings, Starter
from home.phrases import even
from programs import seed_tree
from programs.models import Site
from programs.phrases import HOLIDAYS, phrases_of_facts

BOOKS = seed_tree.PAGES / "phrases"
TEXTS = ("title", "seo_title", "search_description", "lead", "tagline", "as_of")
TEXTS += ("audience_text", "urgent", "signs", "checklist", "background", "policy")
TEXTS += ("scope", "target", "exceptions", "method")
SEASONS = ("春休み", "夏休み", "冬休み")
# What stands in the rows of pages and is no text of theirs.
KEPT = {"icon", "id", "type", "section", "review_by", "audience", "page", "level"}
KEPT |= {"applies", "conforms"}
# Addresses that are the same in every language.
SHARED = ("/forms/", "/status/")


def load() -> None:
    """The languages, the same tree of pages in each, and the pages translated."""
    languages.ensure_locales()
    languages.synchronise()
    for code in languages.FIRST[1:]:
        book = phrases(code)
        for name in ("top", *seed_tree.ORDER):
            translate(name, Locale.objects.get(language_code=code), book)
        load_phrases(code, book)


@transaction.atomic
def load_words() -> None:
    """The readings and the words of facts that a newer portal brings along.

    What editors changed or deleted stays as they left it.
    """
    seed_tree.load_readings()
    for code in languages.FIRST[1:]:
        load_phrases(code, phrases(code))


def load_phrases(code: str, book: dict[str, str]) -> None:
    """What facts, public holidays and words of the search say in a language."""
    names = Site.objects.values_list("name", flat=True)
    words = SearchSettings.load().often()
    texts = [*names, *phrases_of_facts(), *HOLIDAYS, *SEASONS, *words]
    mine = Phrase.objects.filter(language=code)
    known = {even(text) for text in mine.values_list("text", flat=True)}
    fresh = Starter.objects.not_given(
        f"phrase-{code}", (text for text in texts if text in book)
    )
    rows = [
        Phrase(text=text, language=code, said=book[text])
        for text in fresh
        if even(text) not in known
    ]
    Phrase.objects.bulk_create(seed_tree.without_dropped(rows))


def phrases(code: str) -> dict[str, str]:
    return json.loads((BOOKS / f"{code}.json").read_text(encoding="utf-8"))


@transaction.atomic
def translate(name: str, locale: Locale, book: dict[str, str]) -> None:
    """Take one page over from its alias, with the words of the book."""
    row = seed_tree.read(name)
    pages = Page.objects.filter(slug=row["slug"], locale__language_code="ja")
    source = pages.filter(depth__gt=1).first()
    page = source and source.get_translation_or_none(locale)
    if page is None or not page.alias_of_id:
        return
    page = page.specific
    page.alias_of = None
    for field in TEXTS:
        if row.get(field):
            setattr(page, field, book[row[field]])
    for field in seed_tree.STREAMS:
        if field in row:
            words = in_words(row[field], book, locale.language_code)
            setattr(page, field, json.dumps(words))
    page.related = json.dumps(related(page, locale))
    page.save()
    page.save_revision().publish()


def in_words(value: Any, book: dict[str, str], code: str, name: str = "") -> Any:
    """A row with each text in the other language; KeyError for an unknown text."""
    if isinstance(value, list):
        return [in_words(part, book, code, name) for part in value]
    if isinstance(value, dict):
        return {
            key: part if key in KEPT else in_words(part, book, code, key)
            for key, part in value.items()
        }
    if not isinstance(value, str) or not value:
        return value
    if name == "path":
        return value if value.startswith(SHARED) else f"/{code}{value}"
    return book[value]


def related(page: BasePage, locale: Locale) -> list[dict[str, Any]]:
    """The related pages in the language of the page."""
    rows = page.related.get_prep_value()
    named = Page.objects.in_bulk([row["value"] for row in rows])
    found = [
        named[row["value"]].get_translation_or_none(locale)
        for row in rows
        if row["value"] in named
    ]
    return [{"type": "page", "value": other.pk} for other in found if other]
