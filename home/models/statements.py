"""What a public office owes its readers: accessibility and privacy."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.models.pages import BasePage, Entry


class ResultBlock(blocks.StructBlock):
    """The result of the test of one success criterion."""

    criterion = blocks.CharBlock(label=_("Criterion"), max_length=60)
    level = blocks.ChoiceBlock(
        label=_("Level"), choices=[("A", "A"), ("AA", "AA")], default="A"
    )
    applies = blocks.ChoiceBlock(
        label=_("Applies"),
        choices=[
            ("yes", _("Applies")),
            ("no", _("Does not apply")),
            ("untested", _("Not tested yet")),
        ],
        default="untested",
    )
    conforms = blocks.ChoiceBlock(
        label=_("Conforms"),
        choices=[
            ("yes", _("Conforms")),
            ("no", _("Does not conform")),
            ("untested", _("Not tested yet")),
        ],
        default="untested",
    )
    method = blocks.CharBlock(
        label=_("How it was tested"), max_length=60, required=False
    )
    tested_on = blocks.DateBlock(label=_("Tested on"), required=False)
    note = blocks.CharBlock(label=_("Note"), max_length=160, required=False)

    class Meta:
        label = _("Result of a test")
        icon = "tick"


class AccessibilityPage(BasePage):
    """The accessibility statement with the results of its tests."""

    class Conformance(models.TextChoices):
        FULL = "full", _("Conforms")
        PARTIAL = "partial", _("Conforms in part")
        CONSIDERED = "considered", _("Takes account of it")

    policy = models.TextField(_("Policy"), blank=True, max_length=1000)
    scope = models.TextField(_("Scope"), blank=True, max_length=600)
    target = models.CharField(
        _("Level aimed at"),
        max_length=80,
        default="JIS X 8341-3:2016 レベルAA",
    )
    conformance = models.CharField(
        _("Conformance claimed"),
        max_length=20,
        choices=Conformance.choices,
        blank=True,
        help_text=_("Empty: nothing is claimed yet."),
    )
    target_by = models.DateField(_("To be reached by"), null=True, blank=True)
    exceptions = models.TextField(_("Exceptions"), blank=True, max_length=600)
    tested_from = models.DateField(_("Tests began on"), null=True, blank=True)
    tested_to = models.DateField(_("Tests ended on"), null=True, blank=True)
    method = models.TextField(_("How it was tested"), blank=True, max_length=600)
    tested_pages = models.TextField(
        _("Pages tested"), blank=True, max_length=2000, help_text=_("One per line.")
    )
    results = StreamField(
        [("result", ResultBlock())], blank=True, verbose_name=_("Results of tests")
    )

    template = "home/accessibility_page.html"
    subpage_types: list[str] = []
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("policy"),
        index.SearchField("scope"),
        index.SearchField("exceptions"),
        index.SearchField("method"),
        index.SearchField("results"),
    ]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "policy",
                    "scope",
                    "target",
                    "conformance",
                    "target_by",
                    "exceptions",
                )
            ],
            heading=_("Policy"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "tested_from",
                    "tested_to",
                    "method",
                    "tested_pages",
                    "results",
                )
            ],
            heading=_("Results of tests"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("Accessibility statement")
        verbose_name_plural = _("Accessibility statements")

    def own_sections(self) -> list[Entry]:
        return [
            Entry("policy", _("Accessibility policy")),
            Entry("results", _("Results of tests")),
            Entry("ask", _("Tell us what is hard to use")),
        ]

    def clean(self) -> None:
        """No claim without tests, and never a contact by phone alone."""
        super().clean()
        if self.conformance and not (self.tested_to and self.results):
            raise ValidationError(
                {
                    "conformance": _(
                        "Enter the results and the day of the tests before you claim"
                        " conformance."
                    )
                }
            )
        if (
            self.section
            and self.section.phone
            and not self.section.is_reached_in_writing
        ):
            raise ValidationError(
                {
                    "section": _(
                        "This section can be reached by phone alone. Enter its fax,"
                        " email or form first: not everybody can call."
                    )
                }
            )


class HandlingBlock(blocks.StructBlock):
    """What is done with one kind of information."""

    what = blocks.CharBlock(label=_("What information"), max_length=80)
    purpose = blocks.TextBlock(label=_("What for"), rows=2)
    kept = blocks.CharBlock(label=_("How long it is kept"), max_length=120)
    seen_by = blocks.CharBlock(label=_("Who sees it"), max_length=120, required=False)

    class Meta:
        label = _("Kind of information")
        icon = "lock"


class CookieBlock(blocks.StructBlock):
    """One cookie, what it is for, and when it ends."""

    name = blocks.CharBlock(label=_("Name of the cookie"), max_length=40)
    purpose = blocks.CharBlock(label=_("What for"), max_length=160)
    ends = blocks.CharBlock(label=_("When it ends"), max_length=80)

    class Meta:
        label = _("Cookie")
        icon = "cogs"


class PrivacyPage(BasePage):
    """What is done with information about people, kind by kind; every cookie."""

    handlings = StreamField(
        [("handling", HandlingBlock())],
        blank=True,
        verbose_name=_("Kinds of information"),
    )
    cookies = StreamField(
        [("cookie", CookieBlock())], blank=True, verbose_name=_("Cookies")
    )

    template = "home/privacy_page.html"
    subpage_types: list[str] = []
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("handlings"),
        index.SearchField("cookies"),
    ]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("handlings"),
        FieldPanel("cookies"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("Privacy page")
        verbose_name_plural = _("Privacy pages")

    def own_sections(self) -> list[Entry]:
        found = []
        if self.handlings:
            found.append(Entry("handlings", _("What is done with information")))
        if self.cookies:
            found.append(Entry("cookies", _("Cookies")))
        return found
