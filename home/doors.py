"""Links to pages of this portal: only to those that the public may open."""

from collections.abc import Collection, Iterable
from typing import Any

from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from home.checking.services import roots
from home.freshness import remembered
from home.querysets import public


def public_keys() -> frozenset[int]:
    """The pages that the public may open."""
    pages = public(Page.objects.all()).values_list("pk", flat=True)
    return remembered("public pages", lambda: frozenset(pages))


def closed_paths() -> frozenset[str]:
    """The addresses of pages that exist and that the public may not open."""
    return remembered("closed paths", find_closed_paths)


def find_closed_paths() -> frozenset[str]:
    opened = public(Page.objects.all()).values("pk")
    rows = Page.objects.filter(depth__gt=1).exclude(pk__in=opened)
    closed = list(rows.values_list("url_path", flat=True))
    if not closed:
        return frozenset()
    return frozenset(
        begin + path.removeprefix(root)
        for root, begin in roots()
        for path in closed
        if path.startswith(root)
    )


def open_doors(doors: Iterable, request=None) -> list[tuple[Any, str]]:
    """The large links that lead somewhere, each with its address."""
    closed = closed_paths()
    found = [(door, address_of(door, closed, request)) for door in doors]
    return [(door, address) for door, address in found if address]


def address_of(door, closed: Collection[str], request) -> str:
    """Where a large link leads, in the language of the reader; empty: nowhere."""
    page = door.get("page")
    if page is not None:
        page = page.localized
        return page.get_url(request) or "" if page.pk in public_keys() else ""
    path = door.get("path") or ""
    asked = path if path.endswith("/") else f"{path}/"
    return "" if asked in closed else path


class PublicPageLink(PageLinkHandler):
    """A link within a text; its words alone where the page is not public."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict]) -> list[str]:
        opened = super().expand_db_attributes_many(attrs_list)
        pages = cls.get_many(attrs_list)
        return [
            tag if page and page.localized.pk in public_keys() else "<a>"
            for tag, page in zip(opened, pages, strict=True)
        ]
