"""The page of questions, grouped by whom they are for."""

from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.audiences import Audience
from home.blocks import QuestionBlock
from home.models.pages import BasePage, Entry
from home.readings import without_markup


class Group(NamedTuple):
    """The questions of one audience."""

    audience: str
    label: str
    questions: list


class FaqGroupBlock(blocks.StructBlock):
    """Questions of one audience."""

    audience = blocks.ChoiceBlock(label=_("Whom it is for"), choices=Audience.choices)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions and answers"))

    class Meta:
        label = _("Group of questions")
        icon = "help"


class FaqPage(BasePage):
    """All questions and answers; other pages show the group of their readers."""

    groups = StreamField(
        [("group", FaqGroupBlock())], blank=True, verbose_name=_("Questions")
    )

    template = "home/faq_page.html"
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("groups"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("groups")]

    class Meta:
        verbose_name = _("Page of questions")
        verbose_name_plural = _("Pages of questions")

    @cached_property
    def by_audience(self) -> list[Group]:
        """The groups in their order; two of one audience are one."""
        found: dict[str, list] = {}
        for block in self.groups:
            found.setdefault(block.value["audience"], []).extend(
                block.value["questions"]
            )
        return [
            Group(audience, Audience(audience).label, questions)
            for audience, questions in found.items()
            if audience in Audience.values
        ]

    def asked_by(self, audience: str) -> list:
        """The questions of one audience."""
        return next(
            (g.questions for g in self.by_audience if g.audience == audience), []
        )

    def own_sections(self) -> list[Entry]:
        return [Entry(group.audience, group.label) for group in self.by_audience]

    def get_context(self, request, *args, **kwargs):
        """Every group, or the one asked for; any other word asks for all."""
        asked = request.GET.get("for", "")
        groups = [g for g in self.by_audience if g.audience == asked]
        return super().get_context(request, *args, **kwargs) | {
            "asked": asked if groups else "",
            "groups": groups or self.by_audience,
        }

    def faq_data(self) -> dict:
        """The questions as schema.org knows them, for whoever writes JSON-LD."""
        return {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": without_markup(entry["question"]),
                    "acceptedAnswer": {
                        "@type": "Answer",
                        "text": without_markup(entry["answer"]),
                    },
                }
                for group in self.by_audience
                for entry in group.questions
            ],
        }
