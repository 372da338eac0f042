"""Pages for children: hard kanji without a reading, and sentences that are long."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from home.kanji import KANJI, is_hard
from home.models import ChildrenPage, Reading
from home.readings import bare_text, without_markup
from home.texts import edit_address, texts_of

LONGEST = 40
SENTENCE_END = re.compile(r"[。！？!?\n]")
KANJI_RUN = re.compile(f"(?:{KANJI.pattern})+")


class Finding(NamedTuple):
    """Something on a page for children that an editor should look at."""

    page: ChildrenPage
    kind: str
    text: str
    address: str


def findings() -> list[Finding]:
    """What is to be looked at on every Japanese page for children, drafts included."""
    words = set(Reading.objects.approved().values_list("word", flat=True))
    japanese = ChildrenPage.objects.filter(locale__language_code__startswith="ja")
    pages = japanese.filter(alias_of=None).order_by("path")
    return [finding for page in pages for finding in on_page(page, words)]


def on_page(page: ChildrenPage, words: set[str]) -> Iterator[Finding]:
    """Each finding once for each field."""
    for path, text in texts_of(page):
        address = edit_address(page, path)
        for word in hard_words(text, words):
            yield Finding(page, _("Kanji without a reading"), word, address)
        for sentence in long_sentences(text):
            yield Finding(page, _("Long sentence"), sentence, address)


def hard_words(text: str, words: set[str]) -> list[str]:
    """Runs of kanji without a reading, with one taught in the fourth year or later."""
    runs = KANJI_RUN.findall(bare_text(text, words))
    return list(dict.fromkeys(run for run in runs if any(map(is_hard, run))))


def long_sentences(text: str) -> list[str]:
    """Sentences of more than forty signs, readings not counted."""
    sentences = SENTENCE_END.split(without_markup(text))
    return [s.strip() for s in sentences if len(s.strip()) > LONGEST]
