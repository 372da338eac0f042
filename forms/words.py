"""Rules in words, for those who edit a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.rules import END, keys_in, leaves, rules_of


def in_words(rule: Mapping | None, fields: Mapping[str, Mapping]) -> str:
    """A rule as a sentence for editors: which answers show the question."""
    if not rule:
        return ""
    return _("Shown when %(conditions)s.") % {"conditions": rule_in_words(rule, fields)}


def rule_in_words(rule: Mapping, fields: Mapping[str, Mapping]) -> str:
    """What must be true, without saying what for."""
    if "key" in rule:
        return leaf_in_words(rule, fields)
    if "not" in rule:
        return _("none of these is true: %(conditions)s") % {
            "conditions": rule_in_words(rule["not"], fields)
        }
    joint = _(" or ") if "any" in rule else _(" and ")
    parts = []
    for part in rule.get("any") or rule.get("all") or []:
        words = rule_in_words(part, fields)
        parts.append(words if "key" in part else f"（{words}）")
    return joint.join(parts)


def comparisons_in_words() -> dict[str, str]:
    """How each comparison reads, with places for its question and its value."""
    return {
        "is": _("“%(question)s” is “%(value)s”"),
        "is_not": _("“%(question)s” is not “%(value)s”"),
        "in": _("“%(question)s” is one of “%(value)s”"),
        "not_in": _("“%(question)s” is none of “%(value)s”"),
        "contains": _("“%(question)s” contains “%(value)s”"),
        "not_contains": _("“%(question)s” does not contain “%(value)s”"),
        "answered": _("“%(question)s” is answered"),
        "not_answered": _("“%(question)s” is not answered"),
        "greater": _("“%(question)s” is greater or later than “%(value)s”"),
        "at_least": _("“%(question)s” is “%(value)s” or greater or later"),
        "less": _("“%(question)s” is less or earlier than “%(value)s”"),
        "at_most": _("“%(question)s” is “%(value)s” or less or earlier"),
    }


def leaf_in_words(leaf: Mapping, fields: Mapping[str, Mapping]) -> str:
    target = fields[leaf["key"]]
    named = {"question": target["label"], "value": value_in_words(leaf, fields)}
    return comparisons_in_words()[leaf["op"]] % named


def value_in_words(leaf: Mapping, fields: Mapping[str, Mapping]) -> str:
    if "of" in leaf:
        return fields[leaf["of"]]["label"]
    target, values = fields[leaf["key"]], leaf.get("value", [])
    labels = {option["key"]: option["label"] for option in target.get("options", [])}
    if leaf.get("as") == "date":
        labels["today"] = _("today")
    if target["type"] == "confirm":
        labels["yes"] = _("checked")
    parts = values if isinstance(values, list) else [values]
    return "・".join(labels.get(value, value) for value in parts)


def question_in_words(question: Mapping, fields: Mapping) -> list[str]:
    """Every rule of a question as a sentence, those in its rows as well."""
    found = [
        _PURPOSES[kind]() % {"conditions": rule_in_words(rule, fields)}
        for kind, rule in rules_of(question)
        if kind != "option"
    ]
    for option in question.get("options") or []:
        if option.get("when"):
            found.append(
                _("“%(choice)s” can be chosen when %(conditions)s.")
                % {
                    "choice": option["label"],
                    "conditions": rule_in_words(option["when"], fields),
                }
            )
    for sub in question.get("fields") or []:
        found += [f"{sub['label']}：{text}" for text in question_in_words(sub, fields)]
    return found


def after_page(document: Mapping, page: Mapping) -> list[str]:
    """Where a page leads to and what it checks, as sentences."""
    fields, titles = by_key(document), titles_of(document)
    ways = [
        _goto_words(way, fields, titles[way["to"]]) for way in page.get("goto") or []
    ]
    checks = [
        _("Checked: %(conditions)s. If not: “%(message)s”")
        % {
            "conditions": rule_in_words(check["rule"], fields),
            "message": check["message"],
        }
        for check in page.get("checks") or []
    ]
    return [*ways, *checks]


def titles_of(document: Mapping) -> dict[str, str]:
    titles = {page["key"]: page["title"] for page in document["pages"]}
    return titles | {END: _("the review of the answers")}


@dataclass
class Use:
    """That something in a form hangs on a question: what, of which kind, in words."""

    kind: str
    key: str
    label: str
    words: str


def by_key(document: Mapping) -> dict[str, Mapping]:
    """Every question of a document, those in rows as well, by its key."""
    found = {}
    for page in document["pages"]:
        for question in page["fields"]:
            found[question["key"]] = question
            for sub in question.get("fields") or []:
                found[sub["key"]] = sub
    return found


def uses(
    document: Mapping, beside: Mapping[str, list[Use]] | None = None
) -> dict[str, list[Use]]:
    """By question, option or page: everything in the form that hangs on it.

    *beside* is what hangs on its questions in the settings outside the version.
    """
    fields = by_key(document)
    found = {key: [*more] for key, more in (beside or {}).items() if key in fields}
    for keys, use in _all_uses(document, fields):
        for key in sorted(keys):
            found.setdefault(key, []).append(use)
    return found


def dependents(document: Mapping, key: str) -> list[Use]:
    """Who uses a question, an option or a page."""
    return uses(document).get(key, [])


def uses_in_words(
    document: Mapping, beside: Mapping[str, list[Use]] | None = None
) -> list[tuple[str, list[Use]]]:
    """What hangs on what, by the wording of the question, option or page."""
    names = titles_of(document)
    for key, question in by_key(document).items():
        names[key] = question["label"]
        for option in question.get("options") or []:
            if option["key"].startswith("o_"):
                names[option["key"]] = f"{question['label']}：{option['label']}"
    found = uses(document, beside)
    return [(names[key], found[key]) for key in names if key in found and key != END]


def _all_uses(document: Mapping, fields: Mapping) -> Iterator[tuple[set[str], Use]]:
    titles = titles_of(document)
    for page in document["pages"]:
        if page["when"]:
            words = in_words(page["when"], fields)
            yield keys_of(page["when"]), Use("show", page["key"], page["title"], words)
        for question in page["fields"]:
            yield from _uses_by(question, fields)
            for sub in question.get("fields") or []:
                yield from _uses_by(sub, fields)
        for way in page.get("goto") or []:
            words = _goto_words(way, fields, titles[way["to"]])
            use = Use("goto", page["key"], page["title"], words)
            yield keys_of(way["when"]) | {way["to"]}, use
        for check in page.get("checks") or []:
            use = Use("check", page["key"], page["title"], check["message"])
            yield keys_of(check["rule"]) | {check["at"]}, use


def _goto_words(way: Mapping, fields: Mapping, title: str) -> str:
    if not way["when"]:
        return _("Always on to “%(page)s”.") % {"page": title}
    return _("On to “%(page)s” when %(conditions)s.") % {
        "page": title,
        "conditions": rule_in_words(way["when"], fields),
    }


def _uses_by(question: Mapping, fields: Mapping) -> Iterator[tuple[set[str], Use]]:
    for kind, rule in rules_of(question):
        words = _PURPOSES[kind]() % {"conditions": rule_in_words(rule, fields)}
        yield keys_of(rule), Use(kind, question["key"], question["label"], words)
    keys = {part.get("rows") for part in (question.get("calc") or {}).get("of", [])}
    keys |= {part["key"] for part in (question.get("calc") or {}).get("of", [])}
    keys |= {(question.get("calc") or {}).get("on"), question.get("source")}
    keys -= {None}
    if keys:
        use = Use(
            "calculate",
            question["key"],
            question["label"],
            _("It is worked out from it."),
        )
        yield keys, use


_PURPOSES = {
    "show": lambda: _("Shown when %(conditions)s."),
    "require": lambda: _("Must be answered when %(conditions)s."),
    "option": lambda: _("A choice is offered only when %(conditions)s."),
}


def keys_of(rule: Any) -> set[str]:
    """The questions and the options that a rule names."""
    found = keys_in(rule)
    for leaf in leaves(rule):
        values = leaf.get("value")
        parts = values if isinstance(values, list) else [values]
        found |= {v for v in parts if isinstance(v, str) and v.startswith("o_")}
    return found
