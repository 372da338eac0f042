"""Facts that are to be looked at again: on pages, in blocks, in settings, anywhere.

What lives higher up the staircase (sites, services) registers a source of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from home.models import BasePage, Cared, ContactSettings, Section
from home.texts import edit_address, pieces_of

SOON = timedelta(days=30)
Source = Callable[[date], Iterable["DueFact"]]
SOURCES: list[Source] = []


@dataclass(frozen=True)
class DueFact:
    """Something to review: what it is, where, since when, who keeps it, the field."""

    review_by: date
    kind: str
    name: str
    as_of: str
    section: str
    address: str

    def is_overdue(self, today: date) -> bool:
        return self.review_by < today


def register(source: Source) -> Source:
    """Add a source of facts: called with the last day that still counts as due."""
    SOURCES.append(source)
    return source


def overdue_facts(today: date, *, within: timedelta = SOON) -> list[DueFact]:
    """Everything overdue, or due within a month, the oldest first."""
    until = today + within
    found = [fact for source in SOURCES for fact in source(until)]
    return sorted(found, key=lambda fact: (fact.review_by, fact.kind, fact.name))


def due(record: Cared, until: date, kind: str, name: str, address: str) -> Iterator:
    """A record that carries its own date, if that date is near."""
    if record.review_by and record.review_by <= until:
        section = str(record.section) if record.section else ""
        yield DueFact(record.review_by, kind, name, record.as_of, section, address)


@register
def of_pages(until: date) -> Iterator[DueFact]:
    """Pages and the blocks of facts on them; drafts too: they will be published."""
    sections = Section.objects.in_bulk()
    pages = Page.objects.filter(depth__gt=1, alias_of=None).order_by("path").specific()
    for page in pages:
        if not isinstance(page, BasePage):
            continue
        keeper = str(sections.get(page.section_id, ""))
        if page.review_by and page.review_by <= until:
            address = edit_address(page, "review_by")
            yield DueFact(
                page.review_by, _("Page"), page.title, page.as_of, keeper, address
            )
        yield from of_blocks(page, keeper, until)


def of_blocks(page: BasePage, keeper: str, until: date) -> Iterator[DueFact]:
    """The blocks of facts of one page."""
    for path, _block, value in pieces_of(page):
        when = value.get("review_by") if hasattr(value, "get") else None
        if not when or when > until:
            continue
        name = value.get("caption") or first_name(value)
        yield DueFact(
            when,
            _("Block on a page"),
            f"{page.title}：{name}",
            value.get("as_of") or "",
            str(value.get("section") or keeper),
            edit_address(page, f"{path}.review_by"),
        )


def first_name(value) -> str:
    """What a table of facts begins with: the nearest that it has to a name."""
    facts = value.get("facts") or []
    return facts[0]["name"].splitlines()[0] if facts else ""


@register
def of_settings(until: date) -> Iterator[DueFact]:
    """The office in charge and the numbers to call."""
    contact = ContactSettings.load()
    address = reverse("wagtailsettings:edit", args=["home", "contactsettings"])
    name = str(ContactSettings._meta.verbose_name)
    yield from due(
        contact, until, _("Settings"), name, f"{address}#:w:contentpath=review_by"
    )
