"""From what editors see to what runs: a definition becomes one JSON document.

The document is self-contained: labels, help, options, limits and conditions. Keys are
derived once from the editor's own block ids: they outlive every change of wording and
are new for a duplicated question. What is wrong is returned as sentences for staff.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from forms.calculations import GRADES
from forms.conditions import ConditionReader
from forms.languages import missing_words
from forms.soundness import check_document
from home.texts import plain_ends

SCHEMA = 1
CHOICES = ("radio", "select", "checkboxes")
COPIED = (
    "max",
    "is_name",
    "kana_optional",
    "not_future",
    "not_past",
    "first_days",
    "last_days",
    "minimum",
    "maximum",
    "decimals",
    "least",
    "most",
    "partner_kind",
    "slot",
    "sensitive",
    "shared",
    "retention",
    "width",
    "unit",
    "row_title",
    "min_rows",
    "max_rows",
    "types",
    "max_size_mb",
    "max_count",
)
# A day or a time as it is answered: 2026-11-23, 14:05.
LENGTHS = {"date": 10, "time": 5}
START_TEXTS = ("intro", "who_may", "what_you_need", "privacy_note", "next_steps")
GRADE_LABELS = {
    "e": gettext_noop("Elementary school, year %(year)s"),
    "j": gettext_noop("Junior high school, year %(year)s"),
}
UNKNOWN = gettext_noop("I do not know")
CONSENT_LABELS = {
    "yes": gettext_noop("I agree"),
    "not_yet": gettext_noop("Not yet"),
    "cannot": gettext_noop("It is not possible"),
}


@dataclass
class Compiled:
    """A document and what is wrong with it. Only a document without problems is run.

    ``warnings`` are worth knowing and stop nobody.
    """

    document: dict[str, Any]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def key_of(block_id: str, prefix: str) -> str:
    """The opaque key of a block: the same for the same id, for ever."""
    digest = hashlib.sha256(f"{prefix}:{block_id}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest)[:8].decode().lower()}"


_encoder = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical(document: Any) -> str:
    """The one text of a document, over which its digest is taken."""
    return _encoder.encode(document)


def digest_of(document: Any) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def compile_form(
    definition: Any,
    raw_pages: list[dict] | None = None,
    previous: dict[str, Any] | None = None,
) -> Compiled:
    """Compile a definition; *raw_pages* is its StreamField as JSON, if at hand.

    *previous* is the document in force: a condition that still uses the old wording of
    a question follows it to its new one.
    """
    if raw_pages is None:
        raw_pages = definition.pages.get_prep_value()
    raw_pages = plain_lines(raw_pages)
    compiled = Compiled(
        {
            "schema": SCHEMA,
            "slug": definition.slug,
            "title": definition.title,
            "access": definition.access,
            "handler": definition.handler,
            "texts": {
                name: plain_lines(getattr(definition, name)) for name in START_TEXTS
            },
            "pages": [_page(block) for block in raw_pages],
            **_form_words(definition),
        }
    )
    document, problems = compiled.document, compiled.problems
    check_document(document, problems)
    reader = ConditionReader(document["pages"], problems, previous)
    for page, block in zip(document["pages"], raw_pages, strict=True):
        reader.read_page(page, block["value"])
    reader.check()
    for language, sentence in missing_words(document):
        is_promised = language in document.get("complete", [])
        (problems if is_promised else compiled.warnings).append(sentence)
    return compiled


def plain_lines(thing: Any) -> Any:
    """The same with line ends of one kind: a browser sends others than a file has.

    Otherwise a form that was only opened and saved would count as changed.
    """
    if isinstance(thing, str):
        return plain_ends(thing)
    if isinstance(thing, Mapping):
        return {name: plain_lines(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [plain_lines(value) for value in thing]
    return thing


def _form_words(definition: Any) -> dict[str, Any]:
    """The words around the pages in other languages, and which are complete."""
    stream = getattr(definition, "translations", None)
    rows = plain_lines(stream.get_prep_value()) if stream else []
    words, complete = {}, []
    for row in rows:
        value = row["value"]
        words[value["language"]] = {
            name: value.get(name) or "" for name in ("title", *START_TEXTS)
        }
        if value.get("is_complete"):
            complete.append(value["language"])
    found: dict[str, Any] = {"i18n": words} if words else {}
    return found | ({"complete": sorted(complete)} if complete else {})


def _page(block: dict) -> dict[str, Any]:
    value = block["value"]
    page = {
        "key": key_of(block["id"], "p"),
        "title": (value.get("title") or "").strip(),
        "intro": value.get("intro") or "",
        "when": None,
        "fields": [_field(child) for child in value.get("fields") or []],
    }
    return page | _translated(value, "title", "intro")


def _field(block: dict) -> dict[str, Any]:
    value, kind = block["value"], block["type"]
    key = key_of(block["id"], "f")
    result = {
        "key": key,
        "code": (value.get("code") or "").strip() or f"q_{key[2:]}",
        "type": kind,
        "label": (value.get("label") or "").strip(),
        "help": value.get("help") or "",
        "required": bool(value.get("required")),
        "when": None,
    }
    for name in COPIED:
        if value.get(name) not in (None, "", False, []):
            result[name] = value[name]
    if kind in LENGTHS:
        ends = [name for name in ("first", "last") if value.get(name)]
        result |= {name: str(value[name])[: LENGTHS[kind]] for name in ends}
    if kind in CHOICES:
        result["options"] = [_option(item) for item in value.get("options") or []]
    own = OWN.get(kind)
    return result | (own(value, result) if own else {}) | _translated(value)


def _translated(value: dict, *names: str) -> dict[str, Any]:
    """The same words in other languages, by language."""
    words = {}
    for item in value.get("translations") or []:
        row = item["value"]
        found = {name: row.get(name) or "" for name in names or ("label", "help")}
        found |= {name: row[name] for name in ("row_title", "unit") if row.get(name)}
        if row.get("text"):
            found |= {"text": row["text"], "text_sha256": digest_of(row["text"])[:16]}
        words[row["language"]] = found
    return {"i18n": words} if words else {}


def _option(item: dict) -> dict[str, Any]:
    key, value = key_of(item["id"], "o"), item["value"]
    code = (value.get("code") or "").strip()
    label = (value.get("label") or "").strip()
    option = {"key": key, "code": code or key[2:], "label": label}
    if value.get("free_text"):
        option["free_text"] = True
    return option | _translated(value, "label")


def fixed_option(key: str, words: str, label: str = "", **names: Any) -> dict[str, Any]:
    """A choice that comes with its kind of question, in every language of the portal.

    Its key is the same in every form. *label* is what an editor wrote instead.
    """
    in_words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            in_words[language] = gettext(words) % names if names else gettext(words)
    option = {
        "key": key,
        "code": key,
        "label": label or in_words.pop(settings.LANGUAGE_CODE),
    }
    if label:
        return option
    return {**option, "i18n": {code: {"label": w} for code, w in in_words.items()}}


def _yes_no(value: dict, field: dict) -> dict[str, Any]:
    options = [
        fixed_option("yes", gettext_noop("Yes")),
        fixed_option("no", gettext_noop("No")),
    ]
    if value.get("with_unknown"):
        options.append(fixed_option("unknown", UNKNOWN))
    return {"options": options}


def _grade(value: dict, field: dict) -> dict[str, Any]:
    options = [fixed_option(key, GRADE_LABELS[key[0]], year=key[1]) for key in GRADES]
    options += [
        fixed_option("other", gettext_noop("Other")),
        fixed_option("unknown", UNKNOWN),
    ]
    return {"options": options}


def _consent(value: dict, field: dict) -> dict[str, Any]:
    text = value.get("text") or ""
    return {
        "text": text,
        "text_sha256": digest_of(text)[:16],
        "options": [_consent_option(value, key) for key in CONSENT_LABELS],
    }


def _consent_option(value: dict, key: str) -> dict[str, Any]:
    """A choice of a consent; an editor's own words are translated by the editor."""
    name = f"{key}_label"
    own = (value.get(name) or "").strip()
    option = fixed_option(key, CONSENT_LABELS[key], own)
    rows = [item["value"] for item in value.get("translations") or []]
    words = {row["language"]: {"label": row[name]} for row in rows if row.get(name)}
    return option | {"i18n": words} if own and words else option


def _repeat(value: dict, field: dict) -> dict[str, Any]:
    least = max(value.get("min_rows") or 0, int(field["required"]))
    return {
        "fields": [_field(child) for child in value.get("fields") or []],
        **({"min_rows": least} if least else {}),
    }


def _preset(value: dict, field: dict) -> dict[str, Any]:
    allowed = [plain_item(item) for item in value.get("allowed") or []]
    return {
        "hidden": True,
        "value": (value.get("value") or "").strip(),
        "parameter": (value.get("parameter") or "").strip(),
        "allowed": allowed,
    }


def plain_item(item: Any) -> Any:
    """A row of the editor's list, in the editor's shape or plain."""
    return item["value"] if isinstance(item, dict) and "value" in item else item


def _partner(value: dict, field: dict) -> dict[str, Any]:
    """The longest name that is typed: the editor has no box for it."""
    return {"max": value.get("max") or 100}


OWN = {
    "yes_no": _yes_no,
    "grade": _grade,
    "consent": _consent,
    "repeat": _repeat,
    "preset": _preset,
    "partner": _partner,
}


def fields_of(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every question of a document, in order; those in rows stand in their group."""
    return (field for page in document["pages"] for field in page["fields"])


def all_fields_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every question of a document, those in rows as well, each after its group."""
    for question in fields_of(document):
        yield question
        yield from question.get("fields") or []
