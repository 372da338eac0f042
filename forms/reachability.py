"""What can never happen in a form: rings of conditions, pages nobody comes to."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from forms.rules import END

OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "in": "not_in",
    "not_in": "in",
    "answered": "not_answered",
    "not_answered": "answered",
}
ONE_CHOICE = ("radio", "select", "yes_no", "consent")


def check_cycles(reader: Any) -> None:
    """Say which two questions wait for each other; every ring has such a pair."""
    waits = {
        owner: set().union(*(_reach(reader.asks, key, set()) for key in keys))
        for owner, keys in reader.asks.items()
    }
    labels = {key: field["label"] for key, field in reader.by_key.items()}
    told: set[frozenset[str]] = set()
    for owner, keys in reader.asks.items():
        for key in sorted(keys):
            pair = frozenset([owner, key])
            closes = owner != key and owner in waits.get(key, set())
            if closes and owner in labels and pair not in told:
                told.add(pair)
                reader.problems.append(
                    _("“%(one)s” and “%(other)s” wait for each other.")
                    % {"one": labels[owner], "other": labels[key]}
                )


def _reach(asks: dict[str, set[str]], start: str, seen: set[str]) -> set[str]:
    """Every question that *start* waits for, itself included."""
    todo = [start]
    while todo:
        key = todo.pop()
        if key not in seen:
            seen.add(key)
            todo += asks.get(key, ())
    return seen


def check_required(reader: Any) -> None:
    """Refuse a required question whose conditions can never all be true."""
    for question in reader.by_key.values():
        must = question["required"] or question.get("required_when")
        if must and not is_possible(reader, needs(reader, question, set())):
            reader.problems.append(
                _(
                    "“%(name)s” must be answered, but its conditions contradict"
                    " each other: it would never be shown."
                )
                % {"name": question["label"]}
            )


def is_possible(reader: Any, wanted: list[dict]) -> bool:
    """Whether comparisons can all hold at once, as far as single choices tell."""
    left: dict[str, set[str]] = {}
    for leaf in wanted:
        target = reader.by_key[leaf["key"]]
        if target["type"] not in ONE_CHOICE:
            continue
        every = {option["key"] for option in target["options"]}
        now = left.setdefault(leaf["key"], every | {""})
        left[leaf["key"]] = now & allowed(leaf, every)
    return all(left.values())


def allowed(leaf: dict, every: set[str]) -> set[str]:
    """The answers to one question under which a comparison can be true.

    No answer is one of them, the empty one.
    """
    options = {
        "is": lambda: {leaf["value"]},
        "in": lambda: set(leaf["value"]),
        "is_not": lambda: (every | {""}) - {leaf["value"]},
        "not_in": lambda: (every | {""}) - set(leaf["value"]),
        "answered": lambda: every,
        "not_answered": lambda: {""},
    }
    if leaf["op"] not in options or "of" in leaf:
        return every | {""}
    return options[leaf["op"]]()


def needs(reader: Any, question: dict, seen: set[str]) -> list[dict]:
    """Every comparison that must hold for the question to be asked."""
    if question["key"] in seen:
        return []
    seen.add(question["key"])
    found = []
    owners = [question, reader.page_of[question["key"]]]
    if question["key"] in reader.group_of:
        owners.append(reader.group_of[question["key"]])
    for owner in owners:
        found += with_needs(reader, must_hold(owner["when"]), seen)
    return found


def with_needs(reader: Any, leaves: Iterator[dict], seen: set[str]) -> list[dict]:
    found = []
    for leaf in leaves:
        found.append(leaf)
        if leaf["op"] not in ("is_not", "not_in", "not_answered", "not_contains"):
            found += needs(reader, reader.by_key[leaf["key"]], seen)
    return found


def must_hold(rule: dict | None) -> Iterator[dict]:
    """The comparisons without which a rule cannot hold."""
    if not rule:
        return
    if "key" in rule:
        yield rule
    elif "not" in rule:
        inner = rule["not"]
        parts = inner.get("any") or ([inner] if "key" in inner else [])
        for part in parts:
            if part.get("op") in OPPOSITE:
                yield {**part, "op": OPPOSITE[part["op"]]}
    elif "all" in rule or len(rule["any"]) == 1:
        for part in rule.get("all") or rule["any"]:
            yield from must_hold(part)


def check_pages(reader: Any) -> None:
    """Refuse a page to which no way leads, or whose own condition is impossible."""
    pages = reader.pages
    reached = {pages[0]["key"]} if pages else set()
    for at, page in enumerate(pages):
        if page["key"] not in reached:
            continue
        reached |= {way["to"] for way in page.get("goto") or []}
        if at + 1 < len(pages) and not always_leaves(reader, page):
            reached.add(pages[at + 1]["key"])
    for page in pages:
        wanted = with_needs(reader, must_hold(page["when"]), set())
        if page["key"] not in reached or not is_possible(reader, wanted):
            reader.problems.append(
                _("Nobody would ever come to the page “%(page)s”.")
                % {"page": page["title"]}
            )


def always_leaves(reader: Any, page: dict) -> bool:
    """Whether a page is always followed by another one than the next."""
    ways = page.get("goto") or []
    if page["when"] is not None:
        return False
    if any(way["when"] is None for way in ways):
        return True
    left: dict[str, set[str]] = {}
    for way in ways:
        leaves = list(must_hold(way["when"]))
        if len(leaves) == 1 and leaves[0]["op"] in ("is", "in"):
            key = leaves[0]["key"]
            target = reader.by_key[key]
            is_sure = target["required"] and target["when"] is None
            if target["type"] in ONE_CHOICE and is_sure:
                every = {option["key"] for option in target["options"]}
                left[key] = left.get(key, every) - allowed(leaves[0], every)
    return any(not options for options in left.values())


__all__ = ["END", "check_cycles", "check_pages", "check_required"]
