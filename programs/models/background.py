"""Why there is the programme, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.blocks import BodyBlock
from home.models import BasePage
from home.models.pages import Entry, entries_of, parts_of


class MilestoneBlock(blocks.StructBlock):
    """What happened in which year."""

    year = blocks.CharBlock(label=_("Year"), max_length=20)
    what = blocks.TextBlock(label=_("What happened"), rows=2)

    class Meta:
        label = _("Milestone")
        icon = "date"


class ResultsBlock(blocks.StructBlock):
    """Results under one heading."""

    title = blocks.CharBlock(label=_("Heading"), max_length=80)
    results = blocks.ListBlock(
        blocks.CharBlock(label=_("Result"), max_length=160), label=_("Results")
    )

    class Meta:
        label = _("Results")
        icon = "tick"


class BackgroundPage(BasePage):
    """Outline, background, milestones, results; then whatever else is to be said."""

    opening = StreamField(
        BodyBlock(), blank=True, verbose_name=_("Before the background")
    )
    background = models.TextField(
        _("Background"), blank=True, max_length=1000, help_text=_("One per line.")
    )
    milestones = StreamField(
        [("milestone", MilestoneBlock())], blank=True, verbose_name=_("Milestones")
    )
    results = StreamField(
        [("results", ResultsBlock())], blank=True, verbose_name=_("Results so far")
    )

    template = "programs/background_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("opening"),
        FieldPanel("background"),
        FieldPanel("milestones"),
        FieldPanel("results"),
        FieldPanel("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("opening"),
        index.SearchField("background"),
        index.SearchField("milestones"),
        index.SearchField("results"),
    ]

    class Meta:
        verbose_name = _("Page on background and results")
        verbose_name_plural = _("Pages on background and results")

    @property
    def opening_parts(self):
        return parts_of(self.opening)

    def own_sections(self) -> list[Entry]:
        found = entries_of(self.opening_parts)
        if self.background:
            found.append(Entry("background", _("Background")))
        if self.milestones:
            found.append(Entry("milestones", _("Milestones")))
        if self.results:
            found.append(Entry("results", _("Results so far")))
        return found
