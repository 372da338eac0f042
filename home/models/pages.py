"""What every public page has, and the plain page of text."""

from typing import NamedTuple

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.blocks import PageChooserBlock
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from home.blocks import BodyBlock
from home.models.section import Cared
from home.page_forms import PortalPageForm
from home.querysets import public

ENOUGH_FOR_CONTENTS = 3
WITH_HEADINGS = ("notice", "contact")


class Part(NamedTuple):
    """A block of a page and the anchor at which it can be reached."""

    block: object
    anchor: str


class Entry(NamedTuple):
    """A line of a page's table of contents."""

    anchor: str
    title: str


class BasePage(Cared, Page):
    """A page that says as of when it holds, who keeps it, and when to look again."""

    lead = models.TextField(
        _("Opening words"),
        blank=True,
        max_length=400,
        help_text=_("One to three sentences under the heading."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("Body"))
    related = StreamField(
        [("page", PageChooserBlock(label=_("Page")))],
        blank=True,
        max_num=6,
        verbose_name=_("Related pages"),
    )

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    care_panels = [
        FieldPanel("related"),
        MultiFieldPanel(
            [FieldPanel("as_of"), FieldPanel("section"), FieldPanel("review_by")],
            heading=_("Care of the page"),
        ),
    ]
    promote_panels = [*Page.promote_panels, *care_panels]
    search_fields = [
        *Page.search_fields,
        index.SearchField("lead"),
        index.SearchField("body"),
    ]
    is_for_children = False
    leaves_no_trace = False

    # What the API tells beside the title: only what the page itself shows.
    api_fields = [APIField(name) for name in ("lead", "as_of", "body")]

    class Meta:
        abstract = True

    base_form_class = PortalPageForm

    @property
    def preview_sizes(self) -> list[dict[str, object]]:
        """As most readers see it, and as the city's own desks do."""
        return [
            {
                "name": "mobile",
                "icon": "mobile-alt",
                "device_width": 375,
                "label": _("As on a phone (375 px)"),
            },
            {
                "name": "desktop",
                "icon": "desktop",
                "device_width": 1366,
                "label": _("As on a desk (1366 px)"),
            },
        ]

    def permissions_for_user(self, user):
        """While approval is on nobody publishes by himself; see ``PagePermissions``."""
        from home.approval.rules import PagePermissions

        return PagePermissions(user, self)

    @property
    def updated_on(self):
        """When the page last changed for its readers."""
        return self.last_published_at

    def own_sections(self) -> list[Entry]:
        """Headings that the template of a type sets before the body; override it."""
        return []

    @cached_property
    def parts(self) -> list[Part]:
        """The blocks of the body with their anchors."""
        return parts_of(self.body)

    @cached_property
    def contents(self) -> list[Entry]:
        """The table of contents; empty on a short page."""
        found = [*self.own_sections(), *entries_of(self.parts)]
        return found if len(found) >= ENOUGH_FOR_CONTENTS else []

    @cached_property
    def related_pages(self) -> list[Page]:
        """The pages chosen as related, as far as they are public."""
        chosen = [b.value.translation_key for b in self.related if b.value]
        if not chosen:
            return []
        pages = public(Page.objects.filter(locale=self.locale_id))
        found = {p.translation_key: p for p in pages.filter(translation_key__in=chosen)}
        return [found[key] for key in chosen if key in found]

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        """Tell the frame what kind of reader the page is for."""
        request.is_for_children = self.is_for_children
        return super().get_context(request, *args, **kwargs)

    def get_view_restrictions(self) -> models.QuerySet:
        """As Wagtail finds them; the ancestors are not read while no page has any."""
        if PageViewRestriction.objects.exists():
            return super().get_view_restrictions()
        return PageViewRestriction.objects.none()

    def serve(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """As Wagtail does; a page about one's worries leaves as little as it can.

        Somebody who is logged in keeps the referrer: without it the browser hides the
        origin of a form as well, and logging out would fail.
        """
        response = super().serve(request, *args, **kwargs)
        if self.leaves_no_trace:
            response["Cache-Control"] = "no-store"
            if not request.user.is_authenticated:
                response["Referrer-Policy"] = "no-referrer"
        return response


def parts_of(stream) -> list[Part]:
    """The blocks of a stream with anchors that stay when blocks are moved."""
    return [
        Part(block, f"s-{(block.id or str(number))[:8]}")
        for number, block in enumerate(stream)
    ]


def entries_of(parts: list[Part]) -> list[Entry]:
    """The headings among some parts."""
    found = []
    for block, anchor in parts:
        if block.block_type == "heading":
            found.append(Entry(anchor, block.value))
        elif block.block_type in WITH_HEADINGS:
            found.append(Entry(anchor, block.value["title"]))
    return found


class ContentPage(BasePage):
    """A page of text that web editors put together from blocks."""

    has_exit = models.BooleanField(
        _("Page about worries"),
        default=False,
        help_text=_("A button that leaves the page at once; browsers keep no copy."),
    )
    lists_children = models.BooleanField(
        _("List the pages below this one"), default=False
    )
    in_footer = models.BooleanField(_("Link at the foot of every page"), default=False)

    template = "home/content_page.html"
    settings_panels = [
        *BasePage.settings_panels,
        FieldPanel("has_exit"),
        FieldPanel("lists_children"),
        FieldPanel("in_footer"),
    ]

    class Meta:
        verbose_name = _("Content page")
        verbose_name_plural = _("Content pages")

    @property
    def leaves_no_trace(self) -> bool:
        return self.has_exit

    def get_context(self, request, *args, **kwargs):
        children = self.get_children().live().public() if self.lists_children else []
        return super().get_context(request, *args, **kwargs) | {"children": children}


class ChildrenPage(BasePage):
    """A page for children: readings on, large type, a way out that leaves no trace."""

    template = "home/children_page.html"
    is_for_children = True
    leaves_no_trace = True

    class Meta:
        verbose_name = _("Page for children")
        verbose_name_plural = _("Pages for children")
