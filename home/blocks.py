"""The blocks of a page: few, and each says what it is for."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

is_phone = RegexValidator(
    r"^[0-9#][0-9-]*$", _("Give the number in digits and hyphens, such as 06-0000-0000.")
)


class HelpLineBlock(blocks.StructBlock):
    """One number to call: whose it is, the number, and when it answers."""

    name = blocks.CharBlock(label=_("Name"), max_length=40)
    number = blocks.CharBlock(label=_("Number"), max_length=20, validators=[is_phone])
    note = blocks.CharBlock(label=_("Note"), max_length=80, required=False)

    class Meta:
        label = _("Number to call")
        icon = "mail"
