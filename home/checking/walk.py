"""The text of a page, piece by piece, each with the place where an editor finds it.

Pages are read from their raw values, as a revision keeps them: no block is rendered and
no query is made. What a piece is depends on the class of its block, never on its name,
so that a new block is read without a word here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

OF_EVERY_PAGE = ("title", "seo_title", "search_description")
LEFT_OUT = {"url_path", "draft_title", "translation_key", "slug"}
TEXT, HTML, HEADING, PAGE, DOCUMENT, IMAGE, URL, PATH, DATE, TABLE = (
    "text",
    "html",
    "heading",
    "page",
    "document",
    "image",
    "url",
    "path",
    "date",
    "table",
)
CLASSES = [
    (blocks.RichTextBlock, HTML),
    (DocumentChooserBlock, DOCUMENT),
    (ImageChooserBlock, IMAGE),
    (blocks.PageChooserBlock, PAGE),
    (blocks.URLBlock, URL),
    (blocks.DateBlock, DATE),
    (blocks.RegexBlock, PATH),
    (blocks.CharBlock, TEXT),
    (blocks.TextBlock, TEXT),
]


@dataclass(frozen=True)
class Piece:
    """One value of a page: what it is, where it stands, how to find it."""

    kind: str
    value: Any
    where: tuple  # the keys that lead to it, for whoever puts another value there
    label: str  # the same in words
    anchor: str  # the element of the editor to go to
    name: str = ""  # of the field or of the block's own name
    around: dict = field(default_factory=dict, hash=False)  # its struct, if any


def values_of(page: Page) -> dict[str, Any]:
    """The raw values of a page as it stands."""
    found = {}
    for one in fields_of(type(page)):
        if isinstance(one, StreamField):
            found[one.name] = list(getattr(page, one.name).raw_data)
        else:
            found[one.name] = getattr(page, one.name)
    return plain(found)


def values_of_revision(model: type[Page], content: dict) -> dict[str, Any]:
    """The raw values of a page as a revision keeps them."""
    found = {}
    for one in fields_of(model):
        value = content.get(one.name)
        if isinstance(one, StreamField):
            value = json.loads(value) if isinstance(value, str) else value
            found[one.name] = value or []
        else:
            found[one.name] = value
    return found


def plain(value: Any) -> Any:
    """Raw data as plain lists and dicts."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


@lru_cache(maxsize=64)
def fields_of(model: type[Page]) -> tuple[models.Field, ...]:
    """The fields of a kind of page that readers get to see."""
    found = []
    for one in model._meta.get_fields():
        if not isinstance(one, models.CharField | models.TextField | StreamField):
            continue
        own = issubclass(one.model, Page) and one.model is not Page
        if one.choices or isinstance(one, models.SlugField):
            continue
        if one.name in OF_EVERY_PAGE or (own and one.name not in LEFT_OUT):
            found.append(one)
    return tuple(found)


@lru_cache(maxsize=64)
def anchors_of(model: type[Page]) -> dict[str, str]:
    """The element of the editor for each field of a kind of page."""
    found: dict[str, str] = {}

    def note(panel) -> None:
        name = getattr(panel.panel, "field_name", None)
        if name:
            found.setdefault(name, f"{panel.prefix}-section")
        for child in getattr(panel, "children", []):
            note(child)

    note(model.get_edit_handler().get_bound_panel(instance=model(), prefix="panel"))
    return found


def pieces_of(model: type[Page], values: dict[str, Any]) -> Iterator[Piece]:
    """Every piece of a page, in the order in which the editor shows it."""
    anchors = anchors_of(model)
    for one in fields_of(model):
        value = values.get(one.name)
        anchor = anchors.get(one.name, "")
        label = str(one.verbose_name)
        if isinstance(one, StreamField):
            at = Place((one.name,), label, anchor, one.name)
            yield from in_block(one.stream_block, value, at)
        elif value:
            kind = HTML if isinstance(one, RichTextField) else TEXT
            yield Piece(kind, value, (one.name,), label, anchor, one.name)


@dataclass(frozen=True)
class Place:
    """Where in a page we are."""

    where: tuple
    label: str
    anchor: str
    name: str
    around: dict = field(default_factory=dict, hash=False)

    def below(self, key, label="", anchor="", name="", around=None) -> "Place":
        return Place(
            (*self.where, key),
            f"{self.label} › {label}" if label else self.label,
            anchor or self.anchor,
            name or self.name,
            self.around if around is None else around,
        )


def in_block(block: blocks.Block, raw: Any, at: Place) -> Iterator[Piece]:
    """The pieces of a block, whatever it is made of."""
    if isinstance(block, blocks.BaseStreamBlock):
        yield from in_stream(block, raw or [], at)
    elif isinstance(block, blocks.ListBlock):
        yield from in_list(block, raw or [], at)
    elif isinstance(block, blocks.BaseStructBlock):
        raw = raw if isinstance(raw, dict) else {}
        labels = {
            name: at.below(name, str(child.label or "")).label
            for name, child in block.child_blocks.items()
        }
        around = raw | {"_labels": labels}
        if is_table(raw):
            yield Piece(TABLE, raw, at.where, at.label, at.anchor, at.name, at.around)
        for name, child in block.child_blocks.items():
            place = at.below(name, str(child.label or ""), name=name, around=around)
            yield from in_block(child, raw.get(name), place)
    else:
        kind = kind_of(block)
        if isinstance(raw, dict) and is_table(raw):
            yield Piece(TABLE, raw, at.where, at.label, at.anchor, at.name, at.around)
        elif kind and (raw or kind in (HEADING, HTML)):
            yield Piece(kind, raw, at.where, at.label, at.anchor, at.name, at.around)


def in_stream(block, raw: list, at: Place) -> Iterator[Piece]:
    for number, row in enumerate(raw):
        child = block.child_blocks.get(row.get("type"))
        if child is None:
            continue
        place = at.below(
            number, f"{number + 1} {child.label}", section(row), row["type"]
        )
        yield from in_block(child, row.get("value"), place.below("value"))


def in_list(block, raw: list, at: Place) -> Iterator[Piece]:
    for number, row in enumerate(raw):
        is_item = isinstance(row, dict) and set(row) >= {"type", "value"}
        label = f"{number + 1}"
        place = at.below(number, label, section(row) if is_item else "")
        if is_item:
            yield from in_block(block.child_block, row["value"], place.below("value"))
        else:
            yield from in_block(block.child_block, row, place)


def section(row: dict) -> str:
    """The element of the editor for a block that has an identifier."""
    return f"block-{row['id']}-section" if row.get("id") else ""


def is_table(raw: dict) -> bool:
    """Whether a value is a table: it has rows, and a caption or a place for one."""
    return bool({"rows", "data"} & set(raw)) and any("caption" in key for key in raw)


def kind_of(block: blocks.Block) -> str:
    """What a single block holds; empty where readers get nothing to read of it."""
    from home.blocks import HeadingBlock

    if isinstance(block, HeadingBlock):
        return HEADING
    for cls, kind in CLASSES:
        if isinstance(block, cls):
            return kind
    return ""


def put(values: dict[str, Any], where: tuple, value: Any) -> None:
    """Put another value at the place of a piece."""
    target: Any = values
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = value
