"""Wagtail's own search: substrings in Japanese, in the admin and the API too.

Its full-text backends cut words at blanks, which Japanese does not have, and answer a
stray quotation mark with an error. Here a term is looked for in every width and
spelling, and for pages in all their words.
"""

from django.db.models import Q
from modelsearch.backends.database.fallback import (
    DatabaseSearchBackend,
    DatabaseSearchQueryCompiler,
)
from wagtail.models import Page

from home.search.find import pages_with
from home.search.folding import HIRAGANA, fold, whole

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
KATAKANA = {small: large for large, small in HIRAGANA.items()}
LONGEST_TERM = 100


def widths(term: str) -> set[str]:
    """The ways in which a term may have been typed into a title."""
    folded = fold(whole(term))
    return {term, folded, folded.translate(FULL_WIDTH), folded.translate(KATAKANA)}


class JapaneseQueryCompiler(DatabaseSearchQueryCompiler):
    """A term is found in each of its widths; on pages wherever it stands."""

    def build_single_term_filter(self, term):
        term = term[:LONGEST_TERM]
        query = Q()
        for spelt in widths(term):
            query |= super().build_single_term_filter(spelt)
        if issubclass(self.queryset.model, Page):
            query |= Q(pk__in=pages_with(term))
        return query


class SearchBackend(DatabaseSearchBackend):
    """Named in the settings."""

    query_compiler_class = JapaneseQueryCompiler
    autocomplete_query_compiler_class = JapaneseQueryCompiler
