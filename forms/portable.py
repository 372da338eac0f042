"""A form as a file: to keep, to hand to another city, to bring in again.

The file holds what editors wrote, not what was compiled: it is checked and compiled
anew where it arrives. Each file names the version of its format; older ones are brought
up to date step by step. Keys go along, so exports of a copied form fit together.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forms.compiler import START_TEXTS
from forms.models import FormDefinition

FORMAT, VERSION = "ibasho-form", 1
LARGEST = 2 * 1024 * 1024
PLAIN = ("title", "access", "handler", *START_TEXTS)
STREAMS = ("pages", "translations")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# From the version that it stands under to the next one.
CONVERTERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def as_file(definition: FormDefinition) -> str:
    """The definition as the text of a file."""
    data: dict[str, Any] = {"format": FORMAT, "format_version": VERSION}
    data["slug"] = definition.slug
    data |= {name: getattr(definition, name) for name in PLAIN}
    for name in STREAMS:
        data[name] = getattr(definition, name).get_prep_value()
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def from_file(content: bytes) -> dict[str, Any]:
    """What a file says, in the format of today; ValidationError says what is wrong."""
    if len(content) > LARGEST:
        raise ValidationError(_("The file is too large to be a form."))
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValidationError(
            _("The file could not be read. Choose a file made by “Save as a file”.")
        ) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValidationError(
            _("This is not a form. Choose a file made by “Save as a file”.")
        )
    version = data.get("format_version")
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise ValidationError(
            _("The file comes from a newer portal. Bring this one up to date first.")
        )
    while version < VERSION:
        data = CONVERTERS[version](data)
        version += 1
    return data


def as_definition(data: dict[str, Any]) -> FormDefinition:
    """An unsaved, unpublished definition with a free slug. ValidationError as above."""
    texts = {name: data.get(name, "") for name in PLAIN}
    streams = {name: data.get(name) or [] for name in STREAMS}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValidationError(_("A text of the form is not a text in this file."))
    definition = FormDefinition(live=False, slug=free_slug(data.get("slug")), **texts)
    for name, rows in streams.items():
        setattr(definition, name, checked(name, rows))
    definition.full_clean()
    return definition


def checked(name: str, rows: Any) -> str:
    """The rows of a stream as the database keeps them, if every block takes its own."""
    block = FormDefinition._meta.get_field(name).stream_block
    problem = ValidationError(
        _("The questions of this file do not have the shape that forms have.")
    )
    if not isinstance(rows, list) or not all(is_block(row) for row in rows):
        raise problem
    try:
        text = json.dumps(rows)
        value = block.to_python(rows)
        open_up(value)
        kept = block.get_prep_value(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise problem from None
    if not fits(kept, rows):
        raise ValidationError(
            _("The file has kinds of questions that this portal does not know.")
        )
    return text


def open_up(value: Any) -> None:
    """Read a value to its depth: streams are lazy and would fail in the editor only."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        for part in value:
            open_up(getattr(part, "value", part))


def is_block(row: Any) -> bool:
    return isinstance(row, dict) and {"type", "id", "value"} <= row.keys()


def fits(kept: Any, row: Any) -> bool:
    """Whether nothing of a row was lost or taken for something else."""
    if isinstance(kept, list):
        is_same = isinstance(row, list) and len(kept) == len(row)
        return is_same and all(map(fits, kept, row))
    if isinstance(kept, dict) and isinstance(row, dict):
        return all(fits(value, row[key]) for key, value in kept.items() if key in row)
    if isinstance(kept, dict):  # a plain row of a list, which the editor now names
        return "value" in kept and fits(kept["value"], row)
    return not isinstance(row, list | dict)


def free_slug(wanted: Any) -> str:
    """The slug of the file, or with a number behind it where it is taken."""
    slug = wanted if isinstance(wanted, str) and SLUG.fullmatch(wanted) else "form"
    slug, taken = slug[:36], FormDefinition.objects.filter(slug__startswith=slug[:36])
    names = set(taken.values_list("slug", flat=True))
    if slug not in names:
        return slug
    number = next(n for n in range(2, len(names) + 3) if f"{slug}-{n}" not in names)
    return f"{slug}-{number}"
