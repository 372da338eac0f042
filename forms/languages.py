"""A form in another language: the same document with other words."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

WORDS = ("label", "help", "text", "row_title", "unit")


def speaking(language: str) -> AbstractContextManager:
    """Speak a language for a while; nothing is changed where it is spoken already."""
    if get_language() == language:
        return nullcontext()
    return override(language)


def in_language(document: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """The document as it reads in *language*; what is not translated stays as it is."""
    if language == settings.LANGUAGE_CODE:
        return document
    words = (document.get("i18n") or {}).get(language) or {}
    texts = {name: words.get(name) or text for name, text in document["texts"].items()}
    return {
        **document,
        "title": words.get("title") or document["title"],
        "texts": texts,
        "pages": [_page(page, language) for page in document["pages"]],
    }


def _page(page: Mapping, language: str) -> dict[str, Any]:
    found = _with_words(page, language)
    found["fields"] = [_question(question, language) for question in page["fields"]]
    if "checks" in page:
        found["checks"] = [_with_words(check, language) for check in page["checks"]]
    return found


def _question(question: Mapping, language: str) -> dict[str, Any]:
    found = _with_words(question, language)
    for name in ("options", "fields"):
        if name in question:
            found[name] = [_question(part, language) for part in question[name]]
    return found


def _with_words(thing: Mapping, language: str) -> dict[str, Any]:
    words = (thing.get("i18n") or {}).get(language) or {}
    return {**thing, **{name: text for name, text in words.items() if text}}


def languages_of(document: Mapping[str, Any]) -> list[str]:
    """The languages a form can be filled in: its own, and those that are complete."""
    return [settings.LANGUAGE_CODE, *(document.get("complete") or [])]


def missing_words(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every word that has no translation, as language and sentence.

    Only for languages that the form is begun to be translated into.
    """
    names = dict(settings.LANGUAGES)
    for language, words in (document.get("i18n") or {}).items():
        for thing in _untranslated(document, words, language):
            yield (
                language,
                _("“%(thing)s” is not translated into %(language)s.")
                % {"thing": thing, "language": names.get(language, language)},
            )


def _untranslated(document: Mapping, words: Mapping, language: str) -> Iterator[str]:
    if document["title"] and not words.get("title"):
        yield document["title"]
    for name, text in document["texts"].items():
        if text and not words.get(name):
            yield text[:30]
    for page in document["pages"]:
        yield from _untranslated_part(page, language, "title", "intro")
        for check in page.get("checks") or []:
            yield from _untranslated_part(check, language, "message")
        for question in page["fields"]:
            if not question.get("hidden"):
                yield from _untranslated_question(question, language)


def _untranslated_question(question: Mapping, language: str) -> Iterator[str]:
    yield from _untranslated_part(question, language, *WORDS)
    for option in question.get("options") or []:
        for label in _untranslated_part(option, language, "label"):
            yield f"{question['label']}：{label}"
    for sub in question.get("fields") or []:
        yield from _untranslated_question(sub, language)


def _untranslated_part(thing: Mapping, language: str, *names: str) -> Iterator[str]:
    words = (thing.get("i18n") or {}).get(language) or {}
    for name in names:
        if thing.get(name) and not words.get(name):
            yield thing[name][:30]


def language_choices(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Codes and names of the languages to choose from; empty where there is one."""
    names = dict(settings.LANGUAGES)
    codes = [code for code in languages_of(document) if code in names]
    return [(code, names[code]) for code in codes] if len(codes) > 1 else []
