"""What differs between the public page and a draft, told to whoever approves.

What nobody changed is no difference: the editor of a page sends line ends as browsers
do and fills what was missing with nothing.
"""

import re
from copy import copy
from typing import Any

from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.fields import StreamField
from wagtail.models import Page

from staff.templatetags.japanese import wareki_time

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
        if isinstance(getattr(self.comparison, "field", None), models.DateTimeField):
            return of_times(self.comparison.val_a, self.comparison.val_b)
        return mark_safe(NOTHING.sub(r"\1―", self.comparison.htmldiff()))  # noqa: S308  Wagtail escaped it


def of_times(before, after) -> SafeString:
    words = [wareki_time(at) if at else "―" for at in (before, after)]
    return format_html(
        '<span class="deletion">{}</span> <span class="addition">{}</span>', *words
    )


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
            raw = even(list(getattr(page, field.name).raw_data))
            setattr(page, field.name, field.stream_block.to_python(raw))
        elif isinstance(field, models.CharField | models.TextField):
            setattr(page, field.name, even(getattr(page, field.name)))
    return page


def even(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, dict):
        return {name: even(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [even(one) for one in value]
    return value
