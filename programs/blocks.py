"""Blocks of what comes with a publication: school holidays, days that differ."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from home.approval.values import KindComparison
from programs.models.opening import (
    LONGEST,
    TOO_FAR,
    TOO_LONG,
    TOO_LONG_A_HOLIDAY,
    is_near,
)


def refuse(name: str, words) -> None:
    raise StructBlockValidationError({name: ValidationError(words)})


def refuse_far(cleaned, *names: str) -> None:
    """Refuse days far from today."""
    for name in names:
        if cleaned[name] and not is_near(cleaned[name]):
            refuse(name, TOO_FAR)


class HolidayBlock(blocks.StructBlock):
    """A period of school holidays (both days included); it holds for every site."""

    name = blocks.CharBlock(
        label=_("Name"),
        max_length=40,
        help_text=_(
            "A period of this name in the same fiscal year that overlaps or adjoins"
            " these days is changed; otherwise a new one is added."
        ),
    )
    starts_on = blocks.DateBlock(label=_("First day"))
    ends_on = blocks.DateBlock(label=_("Last day"))

    class Meta:
        label = _("School holidays of all sites")
        icon = "calendar-alt"

    def get_comparison_class(self):
        return KindComparison

    def clean(self, value):
        cleaned = super().clean(value)
        refuse_far(cleaned, "starts_on", "ends_on")
        first, last = cleaned["starts_on"], cleaned["ends_on"]
        if first and last and last < first:  # a draft may lack either
            refuse("ends_on", _("It cannot end before it begins."))
        if first and last and last - first > LONGEST:
            refuse("ends_on", TOO_LONG_A_HOLIDAY)
        return cleaned


class ChangeBlock(blocks.StructBlock):
    """A day, or several in a row, on which this site is closed or keeps other hours."""

    date = blocks.DateBlock(label=_("Date"))
    last_day = blocks.DateBlock(
        label=_("Last day"),
        required=False,
        help_text=_("Only for several days in a row; both days are included."),
    )
    opens = blocks.TimeBlock(label=_("Opens"), required=False)
    closes = blocks.TimeBlock(
        label=_("Closes"),
        required=False,
        help_text=_("Leave both empty: closed."),
    )
    reason = blocks.CharBlock(label=_("Reason"), max_length=100)

    class Meta:
        label = _("Closure or change of this site")
        icon = "date"

    def get_comparison_class(self):
        return KindComparison

    def clean(self, value):
        cleaned = super().clean(value)
        refuse_far(cleaned, "date", "last_day")
        first, last = cleaned["date"], cleaned["last_day"]
        opens, closes = cleaned["opens"], cleaned["closes"]
        if first and last and last < first:
            refuse("last_day", _("It cannot end before it begins."))
        if first and last and last - first > LONGEST:
            refuse("last_day", TOO_LONG)
        if (opens is None) != (closes is None) or (opens and closes <= opens):
            refuse("closes", _("Give both times, closing after opening, or neither."))
        return cleaned
