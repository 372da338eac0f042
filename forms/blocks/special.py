"""What is not typed: texts to read, stops, calculated answers, presets."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from forms.blocks.conditions import CONDITIONS, ConditionalBlock, question_reference
from forms.blocks.questions import EntryBlock, TranslationBlock, layout

OPERATIONS = [
    ("sum", _("Sum of the numbers")),
    ("difference", _("First number minus second number")),
    ("count", _("Number of rows of a group")),
    ("age", _("Age in years on a day")),
    ("days", _("Days from the first date to the second")),
    ("join", _("Texts one after the other")),
]
READING = BlockGroup(children=["label", "help", CONDITIONS], settings=["translations"])


class ReadingBlock(ConditionalBlock):
    """What is read and not answered."""

    label = blocks.CharBlock(label=_("Heading"), max_length=200)
    help = blocks.TextBlock(label=_("Text"), required=False, rows=4)
    translations = blocks.ListBlock(
        TranslationBlock(), label=_("Translations"), default=[]
    )


class HeadingBlock(ReadingBlock):
    """A heading between the questions."""

    class Meta:
        icon = "title"
        label = _("Heading")
        form_layout = READING
        label_format = "{label}"


class InformationBlock(ReadingBlock):
    """Text to read between the questions."""

    class Meta:
        icon = "info-circle"
        label = _("Text to read")
        form_layout = READING
        label_format = "{label}"


class UrgentBlock(ReadingBlock):
    """The emergency numbers, above everything else, when its condition is true."""

    label = blocks.CharBlock(
        label=_("Heading"), max_length=200, default="先に電話してください"
    )

    class Meta:
        icon = "warning"
        label = _("Emergency numbers")
        form_layout = READING
        label_format = "{label}"


class StopBlock(ReadingBlock):
    """A message that ends the journey, with whom to call."""

    label = blocks.CharBlock(
        label=_("What to say"),
        max_length=200,
        help_text=_(
            "As long as the condition is true, the form cannot be sent. Say why, and"
            " where to call instead."
        ),
    )

    class Meta:
        icon = "no-view"
        label = _("Stop here")
        form_layout = READING
        label_format = "{label}"


class CalculatedTranslationBlock(TranslationBlock):
    """The words of a calculated answer in another language, its unit as well."""

    unit = blocks.CharBlock(label=_("Unit"), required=False, max_length=40)


class CalculatedBlock(EntryBlock):
    """An answer made of other answers."""

    operation = blocks.ChoiceBlock(
        label=_("Calculation"), choices=OPERATIONS, default="sum"
    )
    questions = blocks.ListBlock(
        question_reference(help_text=""),
        label=_("Of these questions"),
        default=[],
        help_text=_(
            "For a question inside a group: the code of the group, a full stop, the"
            " code of the question."
        ),
    )
    on = question_reference(
        label=_("Age on the day of this question"),
        required=False,
        help_text=_("Empty: on the day of sending."),
    )
    unit = blocks.CharBlock(label=_("Unit"), required=False, max_length=20)
    translations = blocks.ListBlock(
        CalculatedTranslationBlock(), label=_("Translations"), default=[]
    )

    class Meta:
        icon = "plus-inverse"
        label = _("Calculated")
        form_layout = layout("operation", "questions", "on", "unit", is_duty=False)
        label_format = "{label}"


class PresetBlock(EntryBlock):
    """A hidden answer: a fixed value, or one of a list that the link names."""

    value = blocks.CharBlock(label=_("Value"), required=False, max_length=200)
    parameter = blocks.RegexBlock(
        regex=r"^[a-z][a-z0-9_]{0,29}$",
        label=_("Name in the link"),
        required=False,
        help_text=_("Like source for links that end with ?source=leaflet."),
    )
    allowed = blocks.ListBlock(
        blocks.CharBlock(max_length=100),
        label=_("Values the link may have"),
        default=[],
        help_text=_("Any other value is not looked at."),
    )

    class Meta:
        icon = "key"
        label = _("Hidden value")
        form_layout = layout("value", "parameter", "allowed", is_duty=False)
        label_format = "{label}"
