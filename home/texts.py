"""Texts as they are compared, and what stands on a page with the way to its field."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import strip_tags
from wagtail.blocks import ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.rich_text import RichText


def plain_ends(text: str) -> str:
    """A text with line ends of one kind: a browser sends others than a file has."""
    return text.replace("\r\n", "\n")


class Piece(NamedTuple):
    """A value on a page: its path as Wagtail's editor knows it, its block, itself."""

    path: str
    block: object
    value: object


def pieces_of(page: Page) -> Iterator[Piece]:
    """Every block of every stream of a page, from the outside in."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            stream = getattr(page, field.name)
            yield from below(field.name, stream.stream_block, stream)


def below(path: str, block, value) -> Iterator[Piece]:
    """A value and all that lies in it."""
    yield Piece(path, block, value)
    if isinstance(block, StreamBlock):
        for child in value:
            yield from below(f"{path}.{child.id}", child.block, child.value)
    elif isinstance(block, ListBlock):
        for child in value.bound_blocks:
            yield from below(f"{path}.{child.id}", child.block, child.value)
    elif isinstance(block, StructBlock) and hasattr(value, "items"):
        for name, child in value.items():
            yield from below(f"{path}.{name}", block.child_blocks[name], child)


def texts_of(page: Page) -> Iterator[tuple[str, str]]:
    """The texts that readers meet on a page, with the path of each."""
    yield "title", page.title
    yield "lead", getattr(page, "lead", "")
    for path, _block, value in pieces_of(page):
        if isinstance(value, RichText):
            yield path, strip_tags(value.source.replace("</", "\n</"))
        elif isinstance(value, str) and not path.endswith((".icon", ".path", ".as_of")):
            yield path, value


def edit_address(page: Page, path: str = "") -> str:
    """Where a field or block of a page is edited."""
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return f"{address}#:w:contentpath={path}" if path else address
