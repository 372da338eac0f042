"""From what editors see to what runs: a definition becomes one JSON document.

The document is self-contained: labels, help, options, limits and conditions. Keys are
derived once from the editor's own block ids: they outlive every change of wording and
are new for a duplicated question. What is wrong is returned as sentences for staff.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from forms import handlers
from forms.conditions import ConditionReader

SCHEMA = 1
CHOICES = ("radio", "select", "checkboxes")
COPIED = ("max", "is_name", "not_future", "minimum", "maximum", "partner_kind", "slot")
START_TEXTS = ("intro", "who_may", "what_you_need", "privacy_note", "next_steps")


@dataclass
class Compiled:
    """A document and what is wrong with it. Only a document without problems is run."""

    document: dict[str, Any]
    problems: list[str] = field(default_factory=list)


def key_of(block_id: str, prefix: str) -> str:
    """The opaque key of a block: the same for the same id, for ever."""
    digest = hashlib.sha256(f"{prefix}:{block_id}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest)[:8].decode().lower()}"


def canonical(document: Any) -> str:
    """The one text of a document, over which its digest is taken."""
    return json.dumps(
        document, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def digest_of(document: Any) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def compile_form(definition: Any, raw_pages: list[dict] | None = None) -> Compiled:
    """Compile a definition; *raw_pages* is its StreamField as JSON, if at hand."""
    if raw_pages is None:
        raw_pages = definition.pages.get_prep_value()
    compiled = Compiled(
        {
            "schema": SCHEMA,
            "slug": definition.slug,
            "title": definition.title,
            "access": definition.access,
            "handler": definition.handler,
            "texts": {name: getattr(definition, name) for name in START_TEXTS},
            "pages": [_page(block) for block in raw_pages],
        }
    )
    problems = compiled.problems
    if definition.handler not in dict(handlers.choices()):
        # Nobody but the sender may read answers that became nothing.
        problems.append(
            _(
                "Choose what is done with the answers: without it, nobody at the city"
                " would see what is sent."
            )
        )
    if not raw_pages:
        problems.append(_("The form has no page yet."))
    _check_pages(compiled.document["pages"], problems)
    _check_codes(compiled.document["pages"], problems)
    _read_conditions(compiled.document["pages"], raw_pages, problems)
    return compiled


def _page(block: dict) -> dict[str, Any]:
    value = block["value"]
    return {
        "key": key_of(block["id"], "p"),
        "title": (value.get("title") or "").strip(),
        "intro": value.get("intro") or "",
        "when": None,
        "fields": [_field(child) for child in value.get("fields") or []],
    }


def _field(block: dict) -> dict[str, Any]:
    value = block["value"]
    key = key_of(block["id"], "f")
    result = {
        "key": key,
        "code": (value.get("code") or "").strip() or f"q_{key[2:]}",
        "type": block["type"],
        "label": (value.get("label") or "").strip(),
        "help": value.get("help") or "",
        "required": bool(value.get("required")),
        "when": None,
    }
    for name in COPIED:
        if value.get(name) not in (None, "", False):
            result[name] = value[name]
    if block["type"] in CHOICES:
        result["options"] = [_option(item) for item in value.get("options") or []]
    return result


def _option(item: dict) -> dict[str, str]:
    key = key_of(item["id"], "o")
    code = (item["value"].get("code") or "").strip()
    label = (item["value"].get("label") or "").strip()
    return {"key": key, "code": code or key[2:], "label": label}


def fields_of(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every question of a document, in order."""
    return (field for page in document["pages"] for field in page["fields"])


def _check_pages(pages: list[dict], problems: list[str]) -> None:
    for page in pages:
        if not page["title"]:
            problems.append(_("A page has no title."))
        if not page["fields"]:
            problems.append(
                _("The page “%(page)s” has no question.") % {"page": page["title"]}
            )
        for question in page["fields"]:
            _check_question(page, question, problems)


def _check_question(page: dict, question: dict, problems: list[str]) -> None:
    if not question["label"] and question["type"] != "urgent":
        problems.append(
            _("A question on the page “%(page)s” has no wording.")
            % {"page": page["title"]}
        )
    if "options" not in question:
        return
    labels = [option["label"] for option in question["options"]]
    codes = [option["code"] for option in question["options"]]
    names = {"label": question["label"]}
    if not labels:
        problems.append(_("“%(label)s” has no choices.") % names)
    if any(not label for label in labels):
        problems.append(_("A choice of “%(label)s” has no wording.") % names)
    for value in [labels, codes]:
        for twice in sorted({v for v in value if v and value.count(v) > 1}):
            problems.append(
                _("“%(label)s” has the choice “%(choice)s” twice.")
                % {**names, "choice": twice}
            )


def _check_codes(pages: list[dict], problems: list[str]) -> None:
    """One code, one question: conditions, lists and exports find it by its code."""
    first: dict[str, dict] = {}
    for question in fields_of({"pages": pages}):
        for identity in (question["code"], question["key"]):
            other = first.setdefault(identity, question)
            if other is not question:
                problems.append(
                    _("“%(one)s” and “%(other)s” have the same item code “%(code)s”.")
                    % {
                        "one": other["label"],
                        "other": question["label"],
                        "code": question["code"],
                    }
                )
                break


def _read_conditions(pages: list[dict], raw: list[dict], problems: list[str]) -> None:
    reader = ConditionReader(pages, problems)
    for page, block in zip(pages, raw, strict=True):
        page["when"] = reader.read_page(page, block["value"])
        children = block["value"].get("fields") or []
        for question, child in zip(page["fields"], children, strict=True):
            question["when"] = reader.read(question, page, child["value"])
    reader.check_reachable()
    reader.check_cycles()


def breaking_changes(old: dict[str, Any] | None, new: dict[str, Any]) -> bool:
    """Whether answers given under *old* might not be complete or valid under *new*.

    Wording, help, order and new optional questions are editorial; a question removed or
    of another kind, an option removed, a shorter limit, a new duty to answer or another
    condition is breaking.
    """
    if old is None:
        return False
    before = {question["key"]: question for question in fields_of(old)}
    after = {question["key"]: question for question in fields_of(new)}
    if before.keys() - after.keys():
        return True
    when = {page["key"]: page["when"] for page in old["pages"]}
    if any(when.get(p["key"], p["when"]) != p["when"] for p in new["pages"]):
        return True
    return any(_breaks(before.get(key), question) for key, question in after.items())


def _breaks(old: dict | None, new: dict) -> bool:
    if old is None:
        return new["required"]
    options = {option["key"] for option in old.get("options", [])}
    kept = {option["key"] for option in new.get("options", [])}
    shorter = (new.get("max") or 10**9) < (old.get("max") or 10**9)
    return (
        old["type"] != new["type"]
        or (new["required"] and not old["required"])
        or old["when"] != new["when"]
        or bool(options - kept)
        or shorter
    )
