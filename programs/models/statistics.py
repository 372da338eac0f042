"""Figures of the programme: tables and bars, small numbers kept back before saving."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.fields import StreamField
from wagtail.models import Locale, Page

from home.blocks.facts import CareBlock
from home.languages import is_source
from home.models import BasePage
from home.models.pages import Entry, parts_of
from home.page_forms import PortalPageForm
from home.phrases import said
from home.tables import UnreadableTable
from programs import figures
from programs.suppression import LEAST_THRESHOLD


class FiguresBlock(CareBlock):
    """Counts with a caption, pasted from a spreadsheet; totals are made here."""

    caption = blocks.CharBlock(label=_("Caption"), max_length=80)
    unit = blocks.CharBlock(label=_("Counted in"), max_length=20, default="人")
    table = blocks.TextBlock(
        label=_("Counts"),
        rows=8,
        help_text=_(
            "Copy the cells in Excel and paste them here, without totals: headings in"
            " the first row and column, whole numbers elsewhere. When you save, small"
            " numbers and what would give them away are replaced for good."
        ),
    )
    adds_up = blocks.BooleanBlock(
        label=_("Add totals"),
        required=False,
        default=True,
        help_text=_(
            "Not where the same child is counted in more than one row or column."
        ),
    )
    has_chart = blocks.BooleanBlock(label=_("Show bars"), required=False, default=True)
    note = blocks.CharBlock(label=_("Note"), max_length=200, required=False)

    class Meta:
        label = _("Figures")
        description = _("Counts as a table and as bars; small numbers are kept back.")
        icon = "table"
        template = "programs/blocks/figures.html"
        preview_value = {
            "caption": "利用の登録（架空の例）",
            "unit": "人",
            "table": "学年\t登録\n小学生\t21\n中学生\t12\n計\t33",
            "adds_up": True,
            "has_chart": True,
            "as_of": "令和6年時点",
        }

    def clean(self, value):
        cleaned = super().clean(value)
        try:
            figures.read(cleaned["table"])
        except UnreadableTable as error:
            raise StructBlockValidationError(
                {"table": ValidationError(str(error))}
            ) from error
        return cleaned

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        try:
            shown = figures.shown(value.get("table") or "")
        except UnreadableTable:
            shown = None
        bars = figures.bars(shown) if shown and value.get("has_chart") else None
        return context | {"figures": shown and figures.in_words(shown), "bars": bars}


class StatisticsPageForm(PortalPageForm):
    """As every page's; figures are kept on the Japanese page alone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_source(self.instance):
            for name in ("tables", "threshold"):
                self.fields.pop(name, None)


class StatisticsPage(BasePage):
    """The programme in figures. What is stored is what may be published.

    The page tree, its revisions, its search index and its API are no place for a small
    number, so it never gets there: it is replaced before the page is saved.
    """

    threshold = models.PositiveSmallIntegerField(
        _("Keep back numbers below"),
        default=10,
        validators=[MinValueValidator(LEAST_THRESHOLD), MaxValueValidator(100)],
    )
    tables = StreamField(
        [("figures", FiguresBlock())], blank=True, verbose_name=_("Tables")
    )

    base_form_class = StatisticsPageForm
    template = "programs/statistics_page.html"
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("threshold"),
        FieldPanel("tables"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("Page of figures")
        verbose_name_plural = _("Pages of figures")

    @cached_property
    def keeper(self) -> "StatisticsPage":
        """The page that keeps the figures: its translations show the Japanese one's."""
        if is_source(self):
            return self
        source = Locale.objects.filter(language_code=settings.LANGUAGE_CODE).first()
        kept = source and self.get_translation_or_none(source)
        return kept.specific if kept else self

    @property
    def table_parts(self):
        return parts_of(self.keeper.tables)

    def own_sections(self) -> list[Entry]:
        return [
            Entry(anchor, said(block.value["caption"]))
            for block, anchor in self.table_parts
        ]

    def clean(self) -> None:
        """Replace small numbers, in every table, before anything is stored."""
        super().clean()
        threshold = max(self.threshold or 10, LEAST_THRESHOLD)
        for block in self.tables:
            value = block.value
            try:
                value["table"] = figures.protected(
                    value.get("table") or "", threshold, adds_up=value.get("adds_up")
                )
            except UnreadableTable as error:
                # The words of a draft that cannot be read are not kept: they may hold
                # what must not be stored.
                raise ValidationError({"tables": str(error)}) from error
