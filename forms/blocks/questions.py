"""What every question has, and how its settings stand in the editor."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from forms.blocks.conditions import (
    CONDITIONS,
    ConditionalBlock,
    language_block,
    perhaps,
)

CODE = r"^[a-z][a-z0-9_]{0,39}$"
CODE_ERROR = {
    "invalid": _("Use small letters, digits and _ only, beginning with a letter.")
}
SLOTS = [
    ("child_name", _("Name of the child")),
    ("child_kana", _("Kana of the child")),
    ("birth_date", _("Birth date")),
    ("school", _("School or group")),
    ("kind", _("What is wished for")),
    ("urgency", _("Urgency of the referral")),
]
WIDTHS = [("half", _("Half a line")), ("third", _("A third of a line"))]
RETENTION = [
    ("short", _("Cleared before the rest (short-lived)")),
    ("long", _("Stays for statistics when the rest is cleared")),
]


class TranslationBlock(blocks.StructBlock):
    """The words of a question in another language."""

    language = language_block()
    label = blocks.CharBlock(label=_("Question"), max_length=400)
    help = blocks.TextBlock(label=_("Explanation"), required=False, rows=2)

    class Meta:
        icon = "globe"
        label = _("Translation")
        label_format = "{language} {label}"


class OptionTranslationBlock(blocks.StructBlock):
    """The words of a choice in another language."""

    language = language_block()
    label = blocks.CharBlock(label=_("Choice"), max_length=400)

    class Meta:
        icon = "globe"
        label = _("Translation")
        label_format = "{language} {label}"


class EntryBlock(ConditionalBlock):
    """What everything has that has an answer, typed or not."""

    label = blocks.CharBlock(label=_("Question"), max_length=200)
    help = blocks.TextBlock(
        label=_("Explanation"), required=False, max_length=600, rows=2
    )
    code = blocks.RegexBlock(
        regex=CODE,
        error_messages=CODE_ERROR,
        label=_("Item code"),
        required=False,
        help_text=_("For exports and conditions. Made by itself if left empty."),
    )
    slot = blocks.ChoiceBlock(
        label=_("Show in lists as"), choices=SLOTS, required=False
    )
    sensitive = blocks.BooleanBlock(
        label=_("Sensitive (health, violence, belief …)"),
        required=False,
        default=False,
        help_text=_("Left out of lists, search and mails."),
    )
    shared = blocks.BooleanBlock(
        label=_("The same for brothers and sisters"),
        required=False,
        default=False,
        help_text=_("Filled in already when somebody goes on with another child."),
    )
    retention = blocks.ChoiceBlock(
        label=_("How long it is kept"), choices=RETENTION, required=False
    )
    width = blocks.ChoiceBlock(
        label=_("Width on paper"), choices=WIDTHS, required=False
    )
    translations = blocks.ListBlock(
        TranslationBlock(), label=_("Translations"), default=[]
    )


class QuestionBlock(EntryBlock):
    """What every question has that people answer."""

    required = blocks.BooleanBlock(
        label=_("Must be answered"), required=False, default=False
    )
    required_when = perhaps(_("Must be answered when"))


SETTINGS = [
    "code",
    "slot",
    "sensitive",
    "shared",
    "retention",
    "width",
    "translations",
]
DUTY = BlockGroup(
    children=["required_when"],
    heading=_("Must be answered under conditions only"),
    classname="collapsed",
    icon="warning",
    label_format="",
)


def layout(*own: str, is_duty: bool = True) -> BlockGroup:
    """The order in which a question's settings stand in the editor."""
    duty = ["required"] if is_duty else []
    return BlockGroup(
        children=[
            "label",
            "help",
            *duty,
            *own,
            CONDITIONS,
            *([DUTY] if is_duty else []),
        ],
        settings=SETTINGS,
    )
