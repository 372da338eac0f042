"""Facts in the language of the reader, where editors said how."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language

from home.freshness import remembered
from home.models import Phrase
from home.texts import plain_ends

SITE = "{site}"


def said(text: str) -> str:
    """A text of a fact as the page's readers read it; itself where nobody said how."""
    language = get_language() or settings.LANGUAGE_CODE
    if not text or language == settings.LANGUAGE_CODE:
        return text
    known = remembered(("phrases", language), lambda: book(language))
    return known.get(even(text), text)


def said_of(text: str, names: Iterable[str]) -> str:
    """The same for a text that names a place: what is said holds for every place.

    ``本日の{site}は休所します`` says it for whichever site stands there.
    """
    words = said(text)
    for name in names:
        pattern = text.replace(name, SITE)
        known = said(pattern)
        if words == text and SITE in pattern and known != pattern:
            words = known.replace(SITE, said(name))
    return words


def book(language: str) -> dict[str, str]:
    """Everything that is said in a language."""
    rows = Phrase.objects.filter(language=language).values_list("text", "said")
    return {even(text): words for text, words in rows}


def even(text: str) -> str:
    """A text whose line ends and outer blanks do not matter."""
    return plain_ends(text).strip()


def missing(texts: Iterable[str], language: str) -> list[str]:
    """Those that a language has no words for, each once, in their order."""
    known = book(language)
    wanted = dict.fromkeys(even(text) for text in texts if text)
    return [text for text in wanted if text not in known]
