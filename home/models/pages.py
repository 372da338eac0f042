"""The pages of the public site."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.blocks import BodyBlock
from home.page_forms import PortalPageForm


class BasePage(Page):
    """A page that says as of when it holds, who keeps it, and when to look again."""

    lead = models.TextField(
        _("Opening words"),
        blank=True,
        max_length=400,
        help_text=_("One to three sentences under the heading."),
    )
    as_of = models.CharField(
        _("Facts as of"), max_length=40, blank=True, help_text=_("Such as 令和6年時点.")
    )
    owner_section = models.CharField(
        _("Section that keeps the page"), max_length=60, blank=True
    )
    review_by = models.DateField(_("To be reviewed by"), null=True, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("Body"))

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    care_panels = [
        MultiFieldPanel(
            [
                FieldPanel("as_of"),
                FieldPanel("owner_section"),
                FieldPanel("review_by"),
            ],
            heading=_("Care of the page"),
        )
    ]
    promote_panels = [*Page.promote_panels, *care_panels]
    search_fields = [
        *Page.search_fields,
        index.SearchField("lead"),
        index.SearchField("body"),
    ]

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


class ContentPage(BasePage):
    """A page of text that web editors put together from blocks."""

    has_readings = models.BooleanField(
        _("Page for children"),
        default=False,
        help_text=_("Large type, and a button that leaves the page quickly."),
    )
    lists_children = models.BooleanField(
        _("List the pages below this one"), default=False
    )
    in_footer = models.BooleanField(_("Link at the foot of every page"), default=False)

    template = "home/content_page.html"
    settings_panels = [
        *BasePage.settings_panels,
        FieldPanel("has_readings"),
        FieldPanel("lists_children"),
        FieldPanel("in_footer"),
    ]

    class Meta:
        verbose_name = _("Content page")
        verbose_name_plural = _("Content pages")

    def get_context(self, request, *args, **kwargs):
        children = self.get_children().live().public() if self.lists_children else []
        return super().get_context(request, *args, **kwargs) | {"children": children}
