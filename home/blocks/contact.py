"""Blocks that lead on: numbers to call, large links."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks.texts import ICONS

is_phone = RegexValidator(
    r"^[0-9#][0-9-]*$",
    _("Give the number in digits and hyphens, such as 06-0000-0000."),
)
is_path = RegexValidator(r"^/[\w/.-]*$", _("Begin with / and use no blanks."))


class HelpLineBlock(blocks.StructBlock):
    """One number to call: whose it is, the number, and when it answers."""

    name = blocks.CharBlock(label=_("Name"), max_length=40)
    number = blocks.CharBlock(
        label=_("Number to dial"), max_length=20, validators=[is_phone]
    )
    hours = blocks.CharBlock(label=_("When it answers"), max_length=60, required=False)
    is_free = blocks.BooleanBlock(label=_("Free of charge"), required=False)
    is_anonymous = blocks.BooleanBlock(
        label=_("One need not give one's name"), required=False
    )
    for_children = blocks.BooleanBlock(
        label=_("Only on pages for children"), required=False
    )
    note = blocks.CharBlock(label=_("Note"), max_length=80, required=False)

    class Meta:
        label = _("Number to call")
        icon = "mail"


class ContactLinesBlock(blocks.StructBlock):
    """The office in charge and the emergency numbers, as kept in the settings."""

    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=2)

    class Meta:
        label = _("Whom to call")
        description = _(
            "The office and the numbers from the settings; change them there, once."
        )
        icon = "mail"
        template = "home/blocks/contact_lines.html"
        preview_value = {"title": "相談する", "text": ""}


class LinkBlock(blocks.StructBlock):
    """A large link to a page of ours, or to an address of this portal."""

    icon = blocks.ChoiceBlock(label=_("Icon"), choices=ICONS, default="info")
    title = blocks.CharBlock(label=_("Text of the link"), max_length=40)
    text = blocks.CharBlock(label=_("A word more"), max_length=80, required=False)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    path = blocks.RegexBlock(
        regex=r"^/[\w/.-]*$",
        label=_("Address on this portal"),
        required=False,
        max_length=100,
        help_text=_("Such as /forms/referral/; used when no page is chosen."),
        error_messages={"invalid": _("Begin with / and use no blanks.")},
    )

    class Meta:
        label = _("Large link")


def links_block() -> blocks.ListBlock:
    """Large links, as on the top page."""
    return blocks.ListBlock(
        LinkBlock(),
        label=_("Large links"),
        icon="link",
        template="home/blocks/links.html",
        description=_("Ways on that nobody should miss: a form, another page."),
        preview_value=[
            {
                "icon": "school",
                "title": "学校からの相談・紹介票",
                "text": "受付番号と控えが出ます",
                "page": None,
                "path": "/forms/referral/",
            }
        ],
    )
