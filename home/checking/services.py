"""The check of one page or of all, and the one press that mends; drafts only."""

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Revision, Site

from home.checking import walk
from home.checking.fixes import FIXES, mend, mend_html
from home.checking.rules import (
    About,
    Finding,
    Known,
    external_addresses,
    findings,
    text_of,
)
from home.checking.words import words
from home.models import BasePage
from home.querysets import public
from staff.models import User

MOST_PAGES = 1000
AROUND = 20  # characters shown on either side of a change


@dataclass
class Checked:
    """One page in one of its two states, with what was found."""

    page: Page
    is_draft: bool
    values: dict[str, Any]
    about: About
    found: list[Finding] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        return any(one.stops for one in self.found)

    def counts(self) -> dict[str, int]:
        return Counter(one.kind for one in self.found)


def known() -> Known:
    """What the rules must know of the portal: six queries, however many pages."""
    rows = list(public(Page.objects.all()).values_list("pk", "url_path"))
    paths = {
        begin + path.removeprefix(root)
        for root, begin in roots()
        for _pk, path in rows
        if path.startswith(root)
    }
    images = {
        pk: (title, description or "")
        for pk, title, description in get_image_model().objects.values_list(
            "pk", "title", "description"
        )
    }
    return Known(
        words=words(),
        today=timezone.localdate(),
        live_pages=frozenset(pk for pk, _path in rows),
        documents=frozenset(get_document_model().objects.values_list("pk", flat=True)),
        images=images,
        paths=frozenset(paths),
        japanese=frozenset(
            Locale.objects.filter(language_code__startswith="ja").values_list(
                "pk", flat=True
            )
        ),
    )


def roots() -> list[tuple[str, str]]:
    """Where the tree of each language begins, in the tree and in addresses."""
    keys = Site.objects.values("root_page__translation_key")
    pages = Page.objects.filter(translation_key__in=keys)
    return [
        (path, "/" if code == settings.LANGUAGE_CODE else f"/{code}/")
        for path, code in pages.values_list("url_path", "locale__language_code")
    ]


def about(page: Page, values: Any, facts: Known) -> About:
    """What the rules must know of a page; *values* are its own or a revision's."""
    get = values.get if isinstance(values, dict) else lambda name: getattr(page, name)
    review = get("review_by")
    return About(
        is_japanese=page.locale_id in facts.japanese,
        is_for_children=getattr(page, "is_for_children", False),
        review_by=review if isinstance(review, date) else parse_date(review or ""),
    )


def latest_of(page: Page) -> Revision | None:
    """The latest revision as the database has it.

    A page made from a revision still carries the number of the one before.
    """
    latest = Page.objects.filter(pk=page.pk).values("latest_revision")
    return Revision.objects.filter(pk__in=latest).first()


def check_draft(page: Page, facts: Known | None = None) -> Checked:
    """The check of a page as its latest draft has it."""
    revision = latest_of(page)
    content = revision.content if revision else None
    return check_content(page, content, facts or known(), is_draft=True)


def check_content(
    page: Page, content: dict | None, facts: Known, *, is_draft: bool
) -> Checked:
    """The check of what a revision holds; without one, of the page as it stands."""
    if content is None:
        values = walk.values_of(page)
        told = about(page, None, facts)
    else:
        values = walk.values_of_revision(type(page), content)
        told = about(page, content, facts)
    found = findings(type(page), values, facts, told)
    return Checked(page, is_draft, values, told, found)


def check_all() -> list[Checked]:
    """Every page of ours: as the public sees it, and its draft where it differs.

    The number of queries hangs on the kinds of pages, not on their number.
    """
    facts = known()
    pages = Page.objects.type(BasePage).filter(alias_of=None).order_by("path")
    pages = list(pages.specific()[:MOST_PAGES])
    drafts = [page for page in pages if page.has_unpublished_changes or not page.live]
    contents = dict(
        Revision.objects.filter(
            pk__in=[page.latest_revision_id for page in drafts]
        ).values_list("pk", "content")
    )
    result = []
    for page in pages:
        if page.live:
            result.append(check_content(page, None, facts, is_draft=False))
        if page.live and not page.has_unpublished_changes:
            continue
        content = contents.get(page.latest_revision_id)
        if content is not None or not page.live:
            result.append(check_content(page, content, facts, is_draft=True))
    return result


def summary() -> dict[str, int]:
    """How much is wrong, for the first page of the desk; anew at each change."""
    last = Revision.objects.order_by("-pk").values_list("pk", flat=True).first()
    key = f"home.checking:{last}:{Page.objects.live().count()}:{timezone.localdate()}"
    found = cache.get(key)
    if found is None:
        rows = [one for checked in check_all() for one in checked.found]
        found = {
            "stops": sum(row.stops for row in rows),
            "notes": sum(not row.stops for row in rows),
            "overdue": sum(row.kind == "overdue" for row in rows),
        }
        cache.set(key, found, timeout=600)
    return found


def external_of(checked: Iterable[Checked]) -> list[tuple[Checked, str, str]]:
    """Every address outside this portal that a page names."""
    return [
        (one, piece.label, address)
        for one in checked
        for piece, address in external_addresses(type(one.page), one.values)
    ]


def stopping(page: Page) -> list[Finding]:
    """What stands against the publication of the page's latest draft."""
    found = [one for one in check_draft(page).found if one.stops]
    revision = latest_of(page)
    return found + incomplete(revision.as_object() if revision else page)


def incomplete(draft: Page) -> list[Finding]:
    """Blocks that their own rules refuse: a draft may be saved with these."""
    anchors, found = walk.anchors_of(type(draft)), []
    for one in walk.fields_of(type(draft)):
        if isinstance(one, walk.StreamField):
            try:
                one.stream_block.clean(getattr(draft, one.name))
            except ValidationError:
                anchor, name = anchors.get(one.name, ""), str(one.verbose_name)
                found.append(Finding("incomplete", "", name, anchor))
    return found


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Two texts as HTML: what differs is marked, long stretches alike are left out."""
    old, new = [], []
    pieces = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (what, a, b, c, d) in enumerate(pieces):
        if what == "equal":
            kept = shortened(
                before[a:b], is_first=number == 0, is_last=number == len(pieces) - 1
            )
            old.append(escape(kept))
            new.append(escape(kept))
            continue
        if a < b:
            old.append(format_html('<del class="deletion">{}</del>', before[a:b]))
        if c < d:
            new.append(format_html('<ins class="addition">{}</ins>', after[c:d]))
    return mark_safe("".join(old)), mark_safe("".join(new))  # noqa: S308  escaped


def shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    """The ends of a text that touch a change."""
    head = "" if is_first else text[:AROUND]
    tail = "" if is_last else text[-AROUND:]
    return text if len(text) <= 2 * AROUND else f"{head}…{tail}"


@dataclass(frozen=True)
class Mended:
    """One value that was mended: where, and the words before and after."""

    place: str
    before: str
    after: str

    @property
    def marked(self) -> tuple[SafeString, SafeString]:
        """Both as text, the words that differ marked and a few around them."""
        return marked(text_of(self.before), text_of(self.after))


def mended(
    model, values: dict[str, Any], kinds: Iterable[str]
) -> tuple[dict[str, Any], list[Mended]]:
    """The values with everything mended that a button mends, and what changed."""
    kinds, lists = set(kinds), words()
    values, changes = copy.deepcopy(values), []
    for piece in list(walk.pieces_of(model, values)):
        if piece.kind not in (walk.HTML, walk.TEXT, walk.HEADING) or not piece.value:
            continue
        fix = mend_html if piece.kind == walk.HTML else mend
        after = fix(piece.value, kinds, lists)
        if after != piece.value:
            walk.put(values, piece.where, after)
            changes.append(Mended(piece.label, piece.value, after))
    return values, changes


@transaction.atomic
def mend_draft(page: Page, *, by: User, kinds: Iterable[str]) -> list[Mended]:
    """Mend the latest draft as a new draft; the public page stays as it is."""
    from home.approval.rules import permissions_on

    unknown = set(kinds) - set(FIXES)
    if unknown:
        raise ValidationError(_("Choose what is to be mended."))
    page = Page.objects.select_for_update().get(pk=page.pk)
    draft = page.get_latest_revision_as_object()
    permissions = permissions_on(draft, by)
    if not permissions.can_edit() or permissions.page_locked():
        raise ValidationError(_("This page waits for approval already, or is locked."))
    model = type(draft)
    values, changes = mended(model, walk.values_of(draft), kinds)
    if not changes:
        raise ValidationError(_("There is nothing left to mend."))
    for one in walk.fields_of(model):
        if isinstance(one, walk.StreamField):
            setattr(draft, one.name, one.stream_block.to_python(values[one.name]))
        else:
            setattr(draft, one.name, values[one.name])
    draft.save_revision(user=by, log_action=True, clean=False)
    return changes
