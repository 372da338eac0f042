"""The editor of questions: blocks that staff fill in, compiled on publishing.

A kind of question is a block of its own, so that changing the kind makes a new
question with a new key; the answers to the old one stay what they were.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

CODE = r"^[a-z][a-z0-9_]{0,39}$"
CODE_ERROR = {
    "invalid": _("Use small letters, digits and _ only, beginning with a letter.")
}
COMPARISONS = [
    ("is", _("is")),
    ("is_not", _("is not")),
    ("in", _("is one of (separate with commas)")),
    ("contains", _("contains")),
    ("answered", _("is answered")),
    ("greater", _("is greater or later than")),
    ("less", _("is less or earlier than")),
]
SLOTS = [
    ("child_name", _("Name of the child")),
    ("child_kana", _("Kana of the child")),
    ("birth_date", _("Birth date")),
    ("school", _("School or group")),
    ("kind", _("What is wished for")),
    ("urgency", _("Urgency of the referral")),
]


class ConditionBlock(blocks.StructBlock):
    """One comparison: a question, how to compare, with what."""

    question = blocks.CharBlock(
        label=_("Question"),
        help_text=_("Its item code, or its wording exactly as written."),
        max_length=200,
    )
    comparison = blocks.ChoiceBlock(
        label=_("Comparison"), choices=COMPARISONS, default="is"
    )
    value = blocks.CharBlock(
        label=_("Value"),
        required=False,
        max_length=200,
        help_text=_("For choices: the wording or the code of the choice."),
    )

    class Meta:
        icon = "decimal"
        label = _("One condition")


class ConditionalBlock(blocks.StructBlock):
    """What may be shown under conditions only."""

    match = blocks.ChoiceBlock(
        label=_("Show when"),
        choices=[
            ("all", _("all conditions are true")),
            ("any", _("at least one is true")),
        ],
        default="all",
    )
    conditions = blocks.ListBlock(
        ConditionBlock(),
        label=_("Conditions to be met"),
        default=[],
        help_text=_("Without a condition it is always shown."),
    )


CONDITIONS = BlockGroup(
    children=["match", "conditions"],
    heading=_("Show only under conditions"),
    classname="collapsed",
)


class QuestionBlock(ConditionalBlock):
    """What every question has."""

    label = blocks.CharBlock(label=_("Question"), max_length=200)
    help = blocks.TextBlock(
        label=_("Explanation"), required=False, max_length=600, rows=2
    )
    required = blocks.BooleanBlock(
        label=_("Must be answered"), required=False, default=False
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

    class Meta:
        form_layout = BlockGroup(
            children=["label", "help", "required", CONDITIONS],
            settings=["code", "slot"],
        )
        label_format = "{label}"


def layout(*own: str) -> BlockGroup:
    """The order in which a question's settings stand in the editor."""
    return BlockGroup(
        children=["label", "help", "required", *own, CONDITIONS],
        settings=["code", "slot"],
    )


def limit(default: int, highest: int) -> blocks.IntegerBlock:
    return blocks.IntegerBlock(
        label=_("Longest answer (characters)"),
        default=default,
        min_value=1,
        max_value=highest,
    )


class ShortTextBlock(QuestionBlock):
    """One line of text."""

    max = limit(100, 500)
    is_name = blocks.BooleanBlock(
        label=_("It is a person's name"), required=False, default=False
    )

    class Meta:
        icon = "minus"
        label = _("Short text")
        form_layout = layout("max", "is_name")
        label_format = "{label}"


class LongTextBlock(QuestionBlock):
    """Several lines of text."""

    max = limit(600, 10_000)

    class Meta:
        icon = "pilcrow"
        label = _("Long text")
        form_layout = layout("max")
        label_format = "{label}"


class KanaBlock(QuestionBlock):
    """The reading of a name."""

    max = limit(60, 200)

    class Meta:
        icon = "openquote"
        label = _("Kana")
        form_layout = layout("max")
        label_format = "{label}"


class NumberBlock(QuestionBlock):
    """A whole number."""

    minimum = blocks.IntegerBlock(label=_("Smallest number"), required=False)
    maximum = blocks.IntegerBlock(label=_("Largest number"), required=False)

    class Meta:
        icon = "order"
        label = _("Whole number")
        form_layout = layout("minimum", "maximum")
        label_format = "{label}"


class DateBlock(QuestionBlock):
    """A day, in three text boxes."""

    not_future = blocks.BooleanBlock(
        label=_("Cannot lie in the future"), required=False, default=False
    )

    class Meta:
        icon = "date"
        label = _("Date")
        form_layout = layout("not_future")
        label_format = "{label}"


class TimeBlock(QuestionBlock):
    class Meta:
        icon = "time"
        label = _("Time of day")
        label_format = "{label}"


class PhoneBlock(QuestionBlock):
    class Meta:
        icon = "mobile-alt"
        label = _("Phone number")
        label_format = "{label}"


class EmailBlock(QuestionBlock):
    class Meta:
        icon = "mail"
        label = _("Mail address")
        label_format = "{label}"


class PostcodeBlock(QuestionBlock):
    class Meta:
        icon = "site"
        label = _("Postal code")
        label_format = "{label}"


class OptionBlock(blocks.StructBlock):
    """One choice."""

    label = blocks.CharBlock(label=_("Choice"), max_length=200)
    code = blocks.RegexBlock(
        regex=CODE, error_messages=CODE_ERROR, label=_("Code"), required=False
    )

    class Meta:
        icon = "tag"
        label = _("Choice")


class ChoiceQuestionBlock(QuestionBlock):
    """A question with choices."""

    options = blocks.ListBlock(OptionBlock(), label=_("Choices"), default=[])

    class Meta:
        form_layout = layout("options")
        label_format = "{label}"


class RadioBlock(ChoiceQuestionBlock):
    class Meta:
        icon = "radio-full"
        label = _("Choose one (all choices in sight)")
        form_layout = layout("options")
        label_format = "{label}"


class SelectBlock(ChoiceQuestionBlock):
    class Meta:
        icon = "list-ul"
        label = _("Choose one (from a list)")
        form_layout = layout("options")
        label_format = "{label}"


class CheckboxesBlock(ChoiceQuestionBlock):
    class Meta:
        icon = "tick-inverse"
        label = _("Choose any number")
        form_layout = layout("options")
        label_format = "{label}"


class ConfirmBlock(QuestionBlock):
    class Meta:
        icon = "check"
        label = _("Box to confirm")
        label_format = "{label}"


class PartnerBlock(QuestionBlock):
    """A school or group: from the list of those in use, or written."""

    partner_kind = blocks.ChoiceBlock(
        label=_("Which list"),
        choices=[("school", _("Schools")), ("group", _("Groups"))],
        required=False,
    )

    class Meta:
        icon = "group"
        label = _("School or group")
        form_layout = layout("partner_kind")
        label_format = "{label}"


class InformationBlock(ConditionalBlock):
    """Text to read between the questions."""

    label = blocks.CharBlock(label=_("Heading"), max_length=200)
    help = blocks.TextBlock(label=_("Text"), required=False, rows=4)

    class Meta:
        icon = "info-circle"
        label = _("Text to read")
        form_layout = BlockGroup(children=["label", "help", CONDITIONS])
        label_format = "{label}"


class UrgentBlock(ConditionalBlock):
    """The emergency numbers, above everything else, when its condition is true."""

    label = blocks.CharBlock(
        label=_("Heading"), max_length=200, default="先に電話してください"
    )
    help = blocks.TextBlock(label=_("Text"), required=False, rows=3)

    class Meta:
        icon = "warning"
        label = _("Emergency numbers")
        form_layout = BlockGroup(children=["label", "help", CONDITIONS])
        label_format = "{label}"


class FieldsBlock(blocks.StreamBlock):
    """The questions of a page."""

    short_text = ShortTextBlock(group=_("Typed text"))
    long_text = LongTextBlock(group=_("Typed text"))
    kana = KanaBlock(group=_("Typed text"))
    number = NumberBlock(group=_("Typed text"))
    date = DateBlock(group=_("Day and time"))
    time = TimeBlock(group=_("Day and time"))
    phone = PhoneBlock(group=_("Contact"))
    email = EmailBlock(group=_("Contact"))
    postcode = PostcodeBlock(group=_("Contact"))
    radio = RadioBlock(group=_("Choices"))
    select = SelectBlock(group=_("Choices"))
    checkboxes = CheckboxesBlock(group=_("Choices"))
    confirm = ConfirmBlock(group=_("Choices"))
    partner = PartnerBlock(group=_("Choices"))
    information = InformationBlock(group=_("To read"))
    urgent = UrgentBlock(group=_("To read"))

    class Meta:
        required = False
        collapsed = True


class PageBlock(ConditionalBlock):
    """One page of a form."""

    title = blocks.CharBlock(label=_("Title of the page"), max_length=100)
    intro = blocks.TextBlock(label=_("Introduction"), required=False, rows=2)
    fields = FieldsBlock(label=_("Questions"))

    class Meta:
        icon = "doc-full"
        label = _("Page")
        form_layout = BlockGroup(children=["title", "intro", CONDITIONS, "fields"])
        label_format = "{title}"
