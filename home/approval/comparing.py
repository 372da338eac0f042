"""What differs between the public page and a draft, told to whoever approves.

What nobody changed is no difference: the editor of a page sends line ends as browsers
do and fills what was missing with nothing.
"""

import re
from copy import copy
from typing import Any

from bs4 import BeautifulSoup
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Page

from home.approval.values import in_words
from home.texts import plain_ends
from staff.templatetags.japanese import wareki_time

CHANGES = {"addition", "deletion"}
ANY_CHANGE = ".addition, .deletion"
BLOCK_KEY = re.compile(r' data-block-key="\w*"')  # the editor numbers paragraphs
NOTHING = re.compile(r"(<dd>|<span class=\"(?:addition|deletion)\">)None(?=</)")


class Difference:
    """One field that differs, in the words of the editor, with its HTML."""

    is_field = True

    def __init__(self, comparison):
        self.comparison = comparison
        self.is_field = comparison.is_field
        self.field_label = comparison.field_label()

    def get_child_comparisons(self) -> list:
        return self.comparison.get_child_comparisons()

    def htmldiff(self) -> SafeString:
        """The difference; a time as people write it, and no “None”."""
        field = getattr(self.comparison, "field", None)
        if isinstance(field, models.DateTimeField):
            return of_values(self.comparison, wareki_time)
        if isinstance(field, models.BooleanField | models.DateField):
            return of_values(self.comparison, in_words)
        html = NOTHING.sub(r"\1―", self.comparison.htmldiff())
        return with_unchanged_marked(html)


def of_values(comparison, said) -> SafeString:
    """A single value before and after."""
    pair = (comparison.val_a, comparison.val_b)
    words = [said(one) if one is not None else "―" for one in pair]
    return format_html(
        '<span class="deletion">{}</span> <span class="addition">{}</span>', *words
    )


def with_unchanged_marked(html: str) -> SafeString:
    """The same with a class on each part in which nothing is marked as changed."""
    soup = BeautifulSoup(html, "html.parser")
    for part in soup.select(".comparison__child-object"):
        if not CHANGES & set(part["class"]) and not part.select(ANY_CHANGE):
            part["class"].append("unchanged")
    if not soup.select(ANY_CHANGE):
        note = soup.new_tag("p")
        note.string = _(
            "No word changed: the order of the parts, or something that is not text."
            " Look at the draft as readers will see it."
        )
        soup.insert(0, note)
    return mark_safe(str(soup))  # noqa: S308  Wagtail escaped it


def compared(page: Page, shown: Page, request) -> list[Difference]:
    """What differs between the public page and the draft that is shown, by field.

    A page that is not public yet is compared with an empty one of its kind: all is new.
    """
    before = evened(page) if page.live else type(page)()
    after = evened(shown)
    panel = page.get_edit_handler().get_bound_panel(
        instance=page, request=request, form=None
    )
    found = [compare(before, after) for compare in panel.get_comparison()]
    return [Difference(one) for one in found if one.has_changed()]


def evened(page: Page) -> Page:
    """A copy of a page whose texts have the line ends of this machine."""
    page = copy(page)
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            raw = without_noise(list(getattr(page, field.name).raw_data))
            setattr(page, field.name, field.stream_block.to_python(raw))
        elif isinstance(field, models.CharField | models.TextField):
            setattr(page, field.name, without_noise(getattr(page, field.name)))
    return page


def without_noise(value: Any) -> Any:
    """A value without what the editor's page changes by itself."""
    if isinstance(value, str):
        return BLOCK_KEY.sub("", plain_ends(value))
    if isinstance(value, dict):
        is_block = {"type", "value"} <= set(value)  # a block may have nothing to say
        return {
            name: without_noise(one)
            for name, one in value.items()
            if one is not None or (is_block and name == "value")
        }
    if isinstance(value, list):
        return [without_noise(one) for one in value]
    return value
