"""What is different between two versions of a form, and what it does to answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.limits import FROM_TODAY, LATEST, first_days
from forms.words import by_key

LIMITS_DOWN = ("max", "maximum", "most", "max_rows", "max_size_mb", "max_count")
LIMITS_DOWN += ("last_days",)
LIMITS_UP = ("minimum", "least", "min_rows")
LIMITS = (*LIMITS_DOWN, *LIMITS_UP, "first", "last", *FROM_TODAY)
WORDS = ("label", "help", "row_title")
INNER = ("unit", "decimals", "not_future", "is_name", "partner_kind", "source", "calc")
INNER += ("types", "parameter", "allowed", "value")
OUTER = ("code", "slot", "sensitive", "retention", "width", "i18n", "kana_optional")


@dataclass
class Change:
    """One difference: its kind, the question or page, the sentence, how deep it goes.

    A breaking one means that answers given before might not be complete or valid now.
    ``choice`` is the key of the choice that differs; ``rows`` tell what was and is.
    """

    kind: str
    key: str
    words: str
    is_breaking: bool
    choice: str = ""
    rows: Sequence[tuple[str, str, str]] = ()


def changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """Everything that differs, in the order of the new form; removed things first.

    Wording, help, order and new optional questions are editorial; a question removed or
    of another kind, an option removed, a narrower limit, a new duty to answer, another
    condition, way, check, calculation or text to agree to is breaking.
    """
    if old is None:
        return []
    found = [*_form(old, new), *_pages(old, new)]
    before, after = by_key(old), by_key(new)
    for key, question in before.items():
        if key not in after:
            words = _("“%(label)s” is no longer asked.")
            found.append(_change("removed", question, words, True))
    for key, question in after.items():
        if key not in before:
            must = (
                question["required"]
                or question.get("required_when")
                or question["type"] == "stop"
            )
            words = _("“%(label)s” is asked and must be answered.") if must else ""
            words = words or _("“%(label)s” is asked as well.")
            found.append(_change("added", question, words, bool(must)))
        else:
            found += _question(before[key], question)
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        words = _("The order of the questions is different.")
        found.append(Change("moved", "", words, False))
    return found


def breaking_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> bool:
    """Whether answers given under *old* might not be complete or valid under *new*."""
    return any(change.is_breaking for change in changes(old, new))


def is_same_question(old: Mapping, new: Mapping) -> bool:
    """Whether what was typed for the one still answers the other.

    Whoever agreed to a text has agreed to no other; a number is one of its unit.
    """
    is_same_kind = old["type"] == new["type"] and old.get("unit") == new.get("unit")
    return is_same_kind and _says_the_same(old, new)


def _says_the_same(old: Mapping, new: Mapping) -> bool:
    """Whether the text to agree to is the same in every language it was shown in.

    A language that is gone counts as changed: what was read in it stands there no more,
    and a later version might bring other words in its place.
    """
    after = _digests(new)
    return all(after.get(name) == text for name, text in _digests(old).items())


def _digests(question: Mapping) -> dict[str, str | None]:
    words = (question.get("i18n") or {}).items()
    if question["type"] == "confirm":  # the sentence beside the box is the text
        found = {name: one["label"] for name, one in words if one.get("label")}
        return {"": question["label"], **found}
    found = {name: one["text_sha256"] for name, one in words if "text_sha256" in one}
    return {"": question.get("text_sha256"), **found}


def _change(kind: str, thing: Mapping, words: str, is_breaking: bool) -> Change:
    label = thing.get("label") or thing.get("title") or thing.get("code") or ""
    return Change(kind, thing["key"], words % {"label": label}, is_breaking)


def _form(old: Mapping, new: Mapping) -> Iterator[Change]:
    if old["title"] != new["title"] or old["texts"] != new["texts"]:
        yield Change("words", "", _("The title or the texts around it differ."), False)
    if old.get("i18n") != new.get("i18n"):
        yield Change("translation", "", _("The translations differ."), False)
    if old["access"] != new["access"]:
        yield Change("access", "", _("Other people may fill it in."), False)


def _pages(old: Mapping, new: Mapping) -> Iterator[Change]:
    before = {page["key"]: page for page in old["pages"]}
    after = {page["key"]: page for page in new["pages"]}
    for key, page in before.items():
        if key not in after:
            yield _change("removed", page, _("The page “%(label)s” is gone."), False)
    for key, page in after.items():
        if key not in before:
            yield _change("added", page, _("The page “%(label)s” is new."), False)
            continue
        was = before[key]
        if (was["title"], was["intro"]) != (page["title"], page["intro"]):
            words = _("The page “%(label)s” has another title or introduction.")
            yield _change("words", page, words, False)
        if was["when"] != page["when"]:
            words = _("The page “%(label)s” is shown under another condition.")
            yield _change("when", page, words, True)
        if was.get("goto") != page.get("goto"):
            words = _("After the page “%(label)s” it goes on otherwise.")
            yield _change("goto", page, words, True)
        rules = [
            [(c["rule"], c["at"]) for c in p.get("checks") or []] for p in (was, page)
        ]
        if was.get("checks") != page.get("checks"):
            words = _("The checks across questions of “%(label)s” differ.")
            yield _change("checks", page, words, rules[0] != rules[1])
        if was.get("i18n") != page.get("i18n"):
            words = _("The translation of the page “%(label)s” differs.")
            yield _change("translation", page, words, False)


def _question(old: Mapping, new: Mapping) -> Iterator[Change]:
    if any(old.get(name) != new.get(name) for name in WORDS):
        yield _change("words", new, _("“%(label)s” is worded differently."), False)
    if not _says_the_same(old, new):
        words = _("The text to agree to in “%(label)s” differs.")
        yield _change("text", new, words, True)
    if any(old.get(name) != new.get(name) for name in OUTER):
        yield _change("settings", new, _("The settings of “%(label)s” differ."), False)
    if old["type"] != new["type"]:
        yield _change("type", new, _("“%(label)s” is of another kind."), True)
    yield from _duty(old, new)
    if old["when"] != new["when"]:
        words = _("“%(label)s” is shown under another condition.")
        yield _change("when", new, words, True)
    if _is_narrower(old, new):
        yield _change("limits", new, _("The limits of “%(label)s” are narrower."), True)
    elif any(old.get(name) != new.get(name) for name in LIMITS):
        yield _change("limits", new, _("The limits of “%(label)s” are wider."), False)
    if any(old.get(name) != new.get(name) for name in INNER):
        words = _("“%(label)s” is read or worked out differently.")
        yield _change("settings", new, words, True)
    yield from _options(old, new)


def _duty(old: Mapping, new: Mapping) -> Iterator[Change]:
    before = (old["required"], old.get("required_when"))
    after = (new["required"], new.get("required_when"))
    if before == after:
        return
    if after == (False, None):
        words = _("“%(label)s” need not be answered any more.")
        yield _change("required", new, words, False)
    elif not old["required"]:
        yield _change("required", new, _("“%(label)s” must be answered now."), True)
    else:
        words = _("“%(label)s” must be answered in some cases only.")
        yield _change("required", new, words, False)


def _is_narrower(old: Mapping, new: Mapping) -> bool:
    far = 10**12
    is_lower = any(
        _number(new.get(name), far) < _number(old.get(name), far)
        for name in LIMITS_DOWN
    )
    is_higher = any(
        _number(new.get(name), -far) > _number(old.get(name), -far)
        for name in LIMITS_UP
    )
    is_earlier = new.get("last", LATEST) < old.get("last", LATEST)
    is_later = new.get("first", "") > old.get("first", "")
    is_sooner = _number(first_days(new), -far) > _number(first_days(old), -far)
    return is_lower or is_higher or is_earlier or is_later or is_sooner


def _number(value: Any, default: int) -> Any:
    return default if value is None else value


def _options(old: Mapping, new: Mapping) -> Iterator[Change]:
    before = {option["key"]: option for option in old.get("options") or []}
    after = {option["key"]: option for option in new.get("options") or []}
    for key, option in before.items():
        if key not in after:
            words = _("“%(label)s” has lost the choice “%(choice)s”.")
            yield _choice_change("option_removed", new, option, words, True)
        elif option.get("when") != after[key].get("when"):
            words = _("“%(choice)s” of “%(label)s” is offered under another condition.")
            yield _choice_change("option_when", new, after[key], words, True)
        elif option != after[key]:
            words = _("“%(choice)s” of “%(label)s” is worded differently.")
            yield _choice_change("option_words", new, after[key], words, False)
    for key, option in after.items():
        if key not in before:
            words = _("“%(label)s” has the new choice “%(choice)s”.")
            yield _choice_change("option_added", new, option, words, False)


def _choice_change(
    kind: str, question: Mapping, option: Mapping, words: str, is_breaking: bool
) -> Change:
    names = {"label": question["label"], "choice": option["label"]}
    return Change(kind, question["key"], words % names, is_breaking, option["key"])
