"""Blocks of facts: each says as of when, who keeps it, and when to look again."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from home.tables import MAX_CELLS, UnreadableTable, cells_of


class SectionBlock(blocks.ChooserBlock):
    """The section that keeps a fact, out of a short list."""

    target_model = "home.Section"

    @cached_property
    def widget(self):
        return forms.Select()

    def get_form_state(self, value):
        return value.pk if value else ""

    def value_from_form(self, value):
        """None for the empty choice, which a plain list sends as an empty text."""
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            return None
        return super().value_from_form(value)

    class Meta:
        label = _("Section that keeps it")
        icon = "group"


class FactBlock(blocks.StructBlock):
    """One line of a table of facts: what, and how it is."""

    name = blocks.CharBlock(label=_("What the fact is"), max_length=60)
    value = blocks.TextBlock(label=_("How it is"), rows=2)

    class Meta:
        label = _("Fact")


class CareBlock(blocks.StructBlock):
    """What every block of facts carries, so that none grows old unseen."""

    as_of = blocks.CharBlock(
        label=_("Facts as of"),
        max_length=40,
        required=False,
        help_text=_("Such as 令和6年時点."),
    )
    section = SectionBlock(
        required=False, help_text=_("Empty: the section that keeps the page.")
    )
    review_by = blocks.DateBlock(
        label=_("To be reviewed by"),
        required=False,
        help_text=_("From a month before, the report of facts names this block."),
    )


class FactsBlock(CareBlock):
    """Facts in two columns, with the time at which they held."""

    facts = blocks.ListBlock(FactBlock(), label=_("Facts"))

    class Meta:
        label = _("Table of facts")
        description = _("What it is and how it is, line by line, with its date.")
        icon = "table"
        template = "home/blocks/facts.html"
        preview_value = {
            "facts": [
                {"name": "定員", "value": "25名程度"},
                {"name": "祝日", "value": "お問い合わせください"},
            ],
            "as_of": "令和6年時点",
        }


class TableBlock(CareBlock):
    """A table with a caption and headings, pasted from a spreadsheet."""

    caption = blocks.CharBlock(
        label=_("Caption"),
        max_length=80,
        help_text=_("What the table shows. Screen readers read it first."),
    )
    table = blocks.TextBlock(
        label=_("Rows"),
        rows=8,
        help_text=_(
            "Copy the cells in Excel and paste them here. The first row holds the"
            " headings. Merged cells are not possible."
        ),
    )
    has_row_headings = blocks.BooleanBlock(
        label=_("The first column holds headings"), required=False, default=True
    )

    class Meta:
        label = _("Table")
        description = _("Rows and columns with headings; wide ones can be moved.")
        icon = "table"
        template = "home/blocks/table.html"
        preview_value = {
            "caption": "開所時間",
            "table": "曜日\t開所\n火曜\t16時～21時\n土曜\t11時～21時",
            "has_row_headings": True,
            "as_of": "令和6年時点",
        }

    def clean(self, value):
        """As every struct; and rows that make no table say what is wrong."""
        cleaned = super().clean(value)
        try:
            cells_of(cleaned["table"])
        except UnreadableTable as error:
            raise StructBlockValidationError(
                {"table": ValidationError(str(error))}
            ) from error
        return cleaned

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        try:
            cells = cells_of(value.get("table") or "")
        except UnreadableTable:
            cells = [[]]
        return context | {"headings": cells[0], "rows": cells[1:]}


__all__ = [
    "MAX_CELLS",
    "CareBlock",
    "FactBlock",
    "FactsBlock",
    "SectionBlock",
    "TableBlock",
]
