"""What follows from a corrected answer: sums and grades worked out anew.

As on the page of the sender: in the order of the form, from what is asked, and only
where it is asked. A grade may have been chosen by hand; then it stays.
"""

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.calculations import derive
from forms.compiler import fields_of
from forms.forms.controls import sub_key
from forms.rules import Walk, keys_in, walk


@dataclass
class Answers:
    """The answers before a correction and with it, and how the form was gone through.

    What hangs from the ``unknown`` questions cannot be worked out any more.
    """

    before: Mapping[str, Any]
    now: Mapping[str, Any]
    was: Walk
    unknown: Collection[str] = ()

    def follows(self, question: Mapping) -> bool:
        """Whether an answer is worked out from others, here and now."""
        key = question["key"]
        return self._follows(question, key, self.before, self.now, self.was.present)

    def in_rows(self, group: Mapping) -> Iterator[tuple[str, str]]:
        """Row and key of every answer in a group that is worked out from others."""
        known = {row["id"]: row for row in self.before.get(group["key"]) or []}
        for row in self.now.get(group["key"]) or []:
            before = known.get(row["id"], {})
            around = ChainMap(before, self.was.present)
            for sub in group["fields"]:
                name = sub_key(group["key"], row["id"], sub["key"])
                if self._follows(sub, name, before, row, around):
                    yield row["id"], sub["key"]

    def _follows(self, question, name, before, now, around) -> bool:
        sources, old = sources_of(question), before.get(question["key"])
        if not sources or (sources | {question["key"]}) & set(self.unknown):
            return False
        if question["type"] == "calculated":
            return True
        if now.get(question["key"]) != old:
            return False
        is_new = old is None and name not in self.was.asked
        return is_new or old == derive(question, None, around, self.was.today)


def what_follows(document: Mapping, answers: Answers) -> dict[str, Any]:
    """The answers that come out otherwise than they stand; None for one that goes."""
    bare = dict(answers.now)
    free = {}
    for question in fields_of(document):
        key = question["key"]
        if question.get("fields") is not None:
            free[key] = set(answers.in_rows(question))
            bare[key] = [_without(row, free[key]) for row in bare.get(key) or []]
        elif answers.follows(question):
            free[key] = {key}
            bare.pop(key, None)
    found = walk(document, bare, answers.was.today)
    results = {}
    for question in fields_of(document):
        key = question["key"]
        stands = answers.now.get(key)
        if question.get("fields") is not None:
            value = _rows(key, stands, free[key], found)
        elif key in free and key in found.asked:
            value = found.present.get(key)
        else:
            continue
        if value != stands:
            results[key] = value
    return results


def unknown_of(document: Mapping, cleared: Collection[str]) -> set[str]:
    """The questions that were cleared, and those asked or not because of their answers.

    Conditions ask about what stands before them; a page may lead past later ones.
    """
    unknown, is_way_known = set(cleared), True
    for page in document["pages"]:
        for question in page["fields"]:
            concerned = keys_in(page.get("when")) | keys_in(question.get("when"))
            if concerned & unknown or not is_way_known:
                unknown.add(question["key"])
            for sub in question.get("fields") or []:
                if question["key"] in unknown or keys_in(sub.get("when")) & unknown:
                    unknown.add(sub["key"])
        ways = [keys_in(way["when"]) for way in page.get("goto") or []]
        is_way_known = is_way_known and unknown.isdisjoint(set().union(*ways))
    return unknown


def _without(row: Mapping, free: Collection[tuple[str, str]]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if (row["id"], key) not in free}


def _rows(
    group: str, stands: list | None, free: Collection[tuple[str, str]], found: Walk
) -> list[dict[str, Any]] | None:
    """The rows of a group with what is worked out in them."""
    worked_out = {row["id"]: row for row in found.present.get(group) or []}
    rows = {row["id"]: dict(row) for row in stands or []}
    for name, key in free:
        if sub_key(group, name, key) in found.asked:
            value = worked_out.get(name, {}).get(key)
            if value is None:
                rows[name].pop(key, None)
            else:
                rows[name][key] = value
    return list(rows.values()) if stands is not None else None


def sources_of(question: Mapping) -> set[str]:
    """The questions that an answer is reckoned from."""
    if question["type"] == "calculated":
        calc = question["calc"]
        parts = [part[name] for part in calc["of"] for name in part]
        return {*parts, *([calc["on"]] if calc.get("on") else [])}
    if question["type"] == "grade" and question.get("source"):
        return {question["source"]}
    return set()
