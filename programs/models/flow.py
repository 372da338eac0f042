"""How use comes about, step by step."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.models import BasePage
from home.models.pages import Entry


class FlowStepBlock(blocks.StructBlock):
    """A step: what happens, with whom one speaks, how long it takes."""

    title = blocks.CharBlock(label=_("What happens"), max_length=60)
    who = blocks.CharBlock(label=_("With whom"), max_length=60, required=False)
    takes = blocks.CharBlock(
        label=_("How long it takes"),
        max_length=60,
        required=False,
        help_text=_("Leave it empty rather than promise what is not settled."),
    )
    text = blocks.TextBlock(label=_("Text"), required=False, rows=3)

    class Meta:
        label = _("Step")
        icon = "list-ol"


class FlowPage(BasePage):
    """The way to use, and what is asked of whom at each step."""

    steps = StreamField(
        [("step", FlowStepBlock())], blank=True, verbose_name=_("Steps")
    )

    template = "programs/flow_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("steps"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("steps")]

    class Meta:
        verbose_name = _("Page on the way to use")
        verbose_name_plural = _("Pages on the way to use")

    def own_sections(self) -> list[Entry]:
        return [Entry("steps", _("The steps"))] if self.steps else []
