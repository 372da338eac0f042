"""Values of blocks as an approver reads them: words for choices, days, yes and no.

Wagtail compares what a block renders; for a choice that is its code, and of a link in
a text it shows the words alone.
"""

import re
from datetime import date, datetime, time
from html import escape as escaped

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.admin.compare import (
    BlockComparison,
    StructBlockComparison,
    TextDiff,
    diff_text,
)
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text import RichText
from wagtail.utils.text import text_from_html

from home.checking.rules import LINK, attributes_of
from staff.dates import wareki, wareki_weekday

NOTHING = "―"


def in_words(value, choices=()) -> str:
    """A single value as people say it."""
    if isinstance(value, list | tuple):
        return "、".join(in_words(one, choices) for one in value) or NOTHING
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{wareki(value.date())} {value:%-H:%M}"
    if isinstance(value, date):
        return wareki_weekday(value)
    if isinstance(value, time):
        return f"{value:%-H:%M}"
    return str(dict(choices).get(value, value))


class ValueComparison(BlockComparison):
    """A value that is one thing: the old one struck through, the new one added."""

    def said(self, value) -> str:
        choices = getattr(getattr(self.block, "field", None), "choices", ())
        return in_words(value, flat(choices))

    def htmlvalue(self, val) -> str:
        return escape(self.said(val))

    def htmldiff(self) -> str:
        before, after = self.said(self.val_a), self.said(self.val_b)
        if before == after:
            return escape(after)
        return TextDiff([("deletion", before), ("addition", after)]).to_html()


class TextComparison(BlockComparison):
    """A text with links: where a link leads is part of what it says."""

    def said(self, value) -> str:
        html = value.source if isinstance(value, RichText) else str(value or "")
        return text_from_html(LINK.sub(with_target, html))

    def htmlvalue(self, val) -> str:
        return escape(self.said(val))

    def htmldiff(self) -> SafeString:
        return diff_text(self.said(self.val_a), self.said(self.val_b)).to_html()


class KindComparison(StructBlockComparison):
    """A block of several values that is named by its kind first."""

    def htmlvalue(self, val) -> SafeString:
        return self.named(super().htmlvalue(val))

    def htmldiff(self) -> SafeString:
        return self.named(super().htmldiff())

    def named(self, html: SafeString) -> SafeString:
        return format_html("<p><strong>{}</strong></p>{}", self.block.label, html)


def with_target(match: re.Match) -> str:
    """The words of a link, then where it leads."""
    return f"{match['text']}［→ {escaped(target_of(match['attributes']))}］"


def target_of(attributes: str) -> str:
    """Where a link leads, in words: a page or a document by its title."""
    given = attributes_of(attributes)
    kind, key = given.get("linktype"), given.get("id", "")
    models = {"page": Page, "document": get_document_model()}
    if kind in models and key.isdecimal():
        found = models[kind].objects.filter(pk=key).first()
        return found.title if found else f"#{key}"
    return given.get("href") or NOTHING


def flat(choices) -> list[tuple]:
    """Choices without their groups."""
    found = []
    for value, label in choices or ():
        found += label if isinstance(label, list | tuple) else [(value, label)]
    return found


def teach_blocks() -> None:
    """Let Wagtail's blocks be compared so; it asks each block how."""
    single = (
        blocks.ChoiceBlock,
        blocks.MultipleChoiceBlock,
        blocks.BooleanBlock,
        blocks.DateBlock,
        blocks.TimeBlock,
        blocks.DateTimeBlock,
    )
    for block in single:
        block.get_comparison_class = lambda self: ValueComparison
    blocks.RichTextBlock.get_comparison_class = lambda self: TextComparison
