"""A form in another language, where its editors have translated it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

TRANSLATED = ("label", "help", "title", "intro")


def languages_of(document: Mapping) -> list[tuple[str, str]]:
    """Codes and names of the languages a form can be filled in; one is no choice."""
    codes = {code for part in _parts(document) for code in part.get("i18n") or {}}
    known = dict(settings.LANGUAGES)
    first = settings.LANGUAGE_CODE
    others = sorted(code for code in codes if code in known and code != first)
    return [(code, known[code]) for code in (first, *others)] if others else []


def localized(document: Mapping, language: str) -> Mapping:
    """The same document, same keys, in the words of *language* where there are any."""
    if not language or language == settings.LANGUAGE_CODE:
        return document
    return _in_words_of(document, language)


def _in_words_of(part: Any, language: str) -> Any:
    if isinstance(part, list):
        return [_in_words_of(item, language) for item in part]
    if not isinstance(part, Mapping):
        return part
    words = (part.get("i18n") or {}).get(language) or {}
    result = {
        name: value if name == "i18n" else _in_words_of(value, language)
        for name, value in part.items()
    }
    return result | {name: text for name, text in words.items() if text}


def _parts(part: Any) -> Iterable[Mapping]:
    """Every mapping inside a document that may carry translations."""
    if isinstance(part, list):
        for item in part:
            yield from _parts(item)
    elif isinstance(part, Mapping):
        yield part
        for name, value in part.items():
            if name not in ("i18n", "when"):
                yield from _parts(value)
