"""The page for schools and groups: when to call, how to write, what happens then."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from home.blocks import TEXT_FEATURES, LinkBlock
from home.models import BasePage
from home.models.pages import Entry


class SchoolPage(BasePage):
    """For schools and groups: danger first, then the forms, then all the rest."""

    urgent = RichTextField(
        _("When it is urgent"),
        blank=True,
        features=TEXT_FEATURES,
        help_text=_("Stands first and in red: when to call instead of writing."),
    )
    signs = models.TextField(
        _("When to write to us"),
        blank=True,
        max_length=1000,
        help_text=_("One example per line."),
    )
    doors = StreamField(
        [("door", LinkBlock())], blank=True, verbose_name=_("Forms and ways on")
    )
    checklist = models.TextField(
        _("What you will be asked"),
        blank=True,
        max_length=1000,
        help_text=_("One thing per line; it can be printed and filled in by hand."),
    )

    template = "programs/school_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        MultiFieldPanel(
            [FieldPanel("urgent"), FieldPanel("signs")], heading=_("Before writing")
        ),
        FieldPanel("doors"),
        FieldPanel("checklist"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("Page for schools and groups")
        verbose_name_plural = _("Pages for schools and groups")

    def own_sections(self) -> list[Entry]:
        found = []
        if self.signs:
            found.append(Entry("signs", _("When to write to us")))
        if self.doors:
            found.append(Entry("forms", _("Write to us")))
        if self.checklist:
            found.append(Entry("checklist", _("What you will be asked")))
        return found
