"""What the search page shows: pages by weight, with the place where the words stand."""

from dataclasses import dataclass
from itertools import islice

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from home.freshness import remembered
from home.models.search import SearchSettings
from home.search.folding import fold, folded_signs, likeness, whole
from home.search.index import Entry, entries

LONGEST_QUERY = 200
MOST_TERMS = 8
MOST_SPELLINGS = 12
MOST_HITS = 200
MOST_SUGGESTIONS = 5
WEIGHTS = (12, 4, 1)
AROUND, LENGTH = 40, 140
ALIKE = 0.4


@dataclass(frozen=True)
class Hit:
    """One page that was found."""

    page: Page
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Found:
    """The answer to a query; *nearby* is what else one may have meant."""

    query: str
    hits: list[Hit]
    nearby: list[str]
    is_partial: bool = False


def groups() -> list[list[str]]:
    """Spellings of one word, as editors keep them, folded."""
    return remembered("search words", lambda: SearchSettings.load().groups())


def terms_of(query: str) -> list[list[str]]:
    """The terms of a query, each with every spelling that editors say is the same."""
    terms = fold(whole(query[:LONGEST_QUERY])).split()[:MOST_TERMS]
    return [spellings(term) for term in terms]


def spellings(term: str) -> list[str]:
    """The term, and the term with its parts spelt otherwise."""
    found = [term]
    for group in groups():
        here = next((word for word in group if word in term), None)
        if here:
            found += [term.replace(here, word) for word in group if word != here]
    return list(dict.fromkeys(found))[:MOST_SPELLINGS]


def weight(entry: Entry, spelt: list[str]) -> int:
    """How much one term weighs on a page; 0 where it is not."""
    best = 0
    for number, word in enumerate(spelt):
        counts = [min(part.count(word), 5) for part in entry.folded]
        total = sum(w * n for w, n in zip(WEIGHTS, counts, strict=True))
        best = max(best, total if number else 2 * total)  # as typed counts twice
    return best


def pages_with(term: str) -> list[int]:
    """The keys of all pages that have the term, drafts included: for staff."""
    spelt = spellings(fold(whole(term)))
    return [pk for pk, entry in entries().items() if weight(entry, spelt)]


def find(query: str, pages) -> Found:
    """Search *pages*, a queryset of what the asker may see, best first."""
    terms = terms_of(query)
    if not terms:
        return Found(query, [], [])
    known = {pk: entry for pk, entry in entries().items() if not entry.is_hidden}
    scores = scored(known, terms, all)
    is_partial = not scores and len(terms) > 1
    if is_partial:
        scores = scored(known, terms, any)
    best = sorted(scores, key=lambda pk: (-scores[pk], pk))
    shown = {page.pk: page for page in pages.filter(pk__in=best[: MOST_HITS * 2])}
    spelt = [word for term in terms for word in term]
    hits = [
        Hit(shown[pk], marked(known[pk].title, spelt), excerpt(known[pk], spelt))
        for pk in islice((pk for pk in best if pk in shown), MOST_HITS)
    ]
    near = [] if hits else nearby(query, pages)
    return Found(query, hits, near, is_partial and bool(hits))


def scored(known: dict[int, Entry], terms, wants) -> dict[int, int]:
    """The weight of each page that has all (or any) of the terms."""
    scores = {}
    for pk, entry in known.items():
        weights = [weight(entry, spelt) for spelt in terms]
        if wants(weights):
            scores[pk] = sum(weights)
    return scores


def nearby(query: str, pages) -> list[str]:
    """Words that editors listed, and titles, that look like what was typed."""
    typed = fold(whole(query[:LONGEST_QUERY])).replace(" ", "")
    words = [*SearchSettings.load().all(), *pages.values_list("title", flat=True)[:300]]
    near = [(likeness(typed, fold(word)), word) for word in dict.fromkeys(words)]
    near.sort(key=lambda pair: -pair[0])
    return [word for score, word in near if score >= ALIKE][:MOST_SUGGESTIONS]


def excerpt(entry: Entry, spelt: list[str]) -> SafeString:
    """The text around the first place where a word stands, the words marked."""
    text = entry.text or entry.headings
    places = spans(text, spelt)
    start = max(places[0][0] - AROUND, 0) if places else 0
    cut = text[start : start + LENGTH]
    before = "…" if start else ""
    after = "…" if start + LENGTH < len(text) else ""
    return format_html("{}{}{}", before, marked(cut, spelt), after)


def spans(text: str, spelt: list[str]) -> list[tuple[int, int]]:
    """Where the words stand in a text, first to last, none over another."""
    signs = folded_signs(text)
    folded = "".join(sign for sign, _place in signs)
    found = []
    for word in spelt:
        at = folded.find(word)
        while at >= 0:
            found.append((signs[at][1], signs[at + len(word) - 1][1] + 1))
            at = folded.find(word, at + len(word))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def marked(text: str, spelt: list[str]) -> SafeString:
    """The text, safe, with every word that was looked for in a ``mark``."""
    parts, done = [], 0
    for start, end in spans(text, spelt):
        parts.append(conditional_escape(text[done:start]))
        parts.append(format_html("<mark>{}</mark>", text[start:end]))
        done = end
    parts.append(conditional_escape(text[done:]))
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped above
