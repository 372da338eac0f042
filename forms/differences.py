"""What a change was before and is now, in words, for who compares two versions."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from forms.changes import Change
from forms.compiler import START_TEXTS
from forms.limits import rules_in_words
from forms.models import FormDefinition
from forms.words import by_key, in_words, question_in_words

Row = tuple[str, str, str]


def before_and_after(change: Change, old: Mapping, new: Mapping) -> list[Row]:
    """Name, what it was, what it is; nothing where the sentence says it all."""
    one, other = thing(old, change.key), thing(new, change.key)
    if one is None or other is None:
        return []
    if change.kind == "option_words":
        one, other = choice(one, change.choice), choice(other, change.choice)
    rows = ROWS.get(change.kind)
    found = rows(one, other, by_key(old), by_key(new)) if rows else []
    return [row for row in found if row[1] != row[2]]


def thing(document: Mapping, key: str) -> Mapping | None:
    """A question or a page of a document; for no key, the form itself."""
    if not key:
        return {**document, **document["texts"]}
    pages = {page["key"]: page for page in document["pages"]}
    return by_key(document).get(key) or pages.get(key)


def choice(question: Mapping, key: str) -> Mapping:
    return next(each for each in question["options"] if each["key"] == key)


def _words(one: Mapping, other: Mapping, *_fields: Mapping) -> Iterator[Row]:
    names = {
        "label": _("Wording"),
        "help": _("Explanation"),
        "row_title": _("Heading of each row"),
        "title": _("Title"),
    }
    for name in START_TEXTS:
        names[name] = FormDefinition._meta.get_field(name).verbose_name
    for name, label in names.items():
        yield str(label), one.get(name) or "", other.get(name) or ""


def _limits(one: Mapping, other: Mapping, *_fields: Mapping) -> Iterator[Row]:
    names = {
        "max": _("Longest answer (characters)"),
        "minimum": _("Smallest number"),
        "maximum": _("Largest number"),
        "first": _("Earliest"),
        "last": _("Latest"),
        "least": _("At least so many"),
        "most": _("At most so many"),
        "min_rows": _("Fewest rows"),
        "max_rows": _("Most rows"),
        "max_size_mb": _("Largest file (MB)"),
        "max_count": _("At most so many files"),
    }
    for name, label in names.items():
        yield label, number(one.get(name)), number(other.get(name))
    was, now = rules_in_words(one), rules_in_words(other)
    none = number(None)
    yield _("Counted from today"), "、".join(was) or none, "、".join(now) or none


def number(value: Any) -> str:
    return _("no limit") if value is None else str(value)


def _shown(one: Mapping, other: Mapping, was: Mapping, now: Mapping) -> Iterator[Row]:
    always = _("Always shown.")
    before, after = in_words(one["when"], was), in_words(other["when"], now)
    yield _("When it is shown"), before or always, after or always


def _rules(one: Mapping, other: Mapping, was: Mapping, now: Mapping) -> Iterator[Row]:
    before, after = question_in_words(one, was), question_in_words(other, now)
    yield _("Conditions to be met"), "\n".join(before), "\n".join(after)


ROWS = {
    "words": _words,
    "option_words": _words,
    "limits": _limits,
    "when": _shown,
    "required": _rules,
    "option_when": _rules,
}
