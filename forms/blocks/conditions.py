"""Conditions as staff pick them: a question, how to compare, with what."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

COMPARISONS = [
    ("is", _("is")),
    ("is_not", _("is not")),
    ("in", _("is one of (separate with commas)")),
    ("not_in", _("is none of (separate with commas)")),
    ("contains", _("contains")),
    ("not_contains", _("does not contain")),
    ("answered", _("is answered")),
    ("not_answered", _("is not answered")),
    ("greater", _("is greater or later than")),
    ("at_least", _("is the same, greater or later than")),
    ("less", _("is less or earlier than")),
    ("at_most", _("is the same, less or earlier than")),
]
MATCHES = [
    ("all", _("all conditions are true")),
    ("any", _("at least one is true")),
    ("none", _("none of them is true")),
]


LANGUAGES = [
    entry for entry in settings.LANGUAGES if entry[0] != settings.LANGUAGE_CODE
]


def language_block() -> blocks.ChoiceBlock:
    """The language that words are written in, beside the form's own."""
    return blocks.ChoiceBlock(
        label=_("Language"), choices=LANGUAGES, default=LANGUAGES[0][0]
    )


def question_reference(**more) -> blocks.CharBlock:
    """A box to pick a question in; the editor's script offers those of the form."""
    return blocks.CharBlock(
        **{
            "label": _("Question"),
            "help_text": _("Its item code, or its wording exactly as written."),
            "max_length": 200,
            **more,
        }
    )


class ConditionBlock(blocks.StructBlock):
    """One comparison: a question, how to compare, with what."""

    question = question_reference()
    comparison = blocks.ChoiceBlock(
        label=_("Comparison"), choices=COMPARISONS, default="is"
    )
    value = blocks.CharBlock(
        label=_("Value"),
        required=False,
        max_length=200,
        help_text=_(
            "For choices: the wording or the code of the choice. For another question"
            " of this form: its item code in braces, like {end_date}."
        ),
    )

    class Meta:
        icon = "decimal"
        label = _("One condition")
        label_format = "{question} {comparison} {value}"


class GroupBlock(blocks.StructBlock):
    """Several conditions that count as one."""

    match = blocks.ChoiceBlock(label=_("True when"), choices=MATCHES, default="any")
    conditions = blocks.ListBlock(
        ConditionBlock(), label=_("Conditions to be met"), default=[]
    )

    class Meta:
        icon = "list-ul"
        label = _("Group of conditions")


class RuleBlock(blocks.StructBlock):
    """Conditions and groups of them."""

    match = blocks.ChoiceBlock(label=_("True when"), choices=MATCHES, default="all")
    conditions = blocks.ListBlock(
        ConditionBlock(), label=_("Conditions to be met"), default=[]
    )
    groups = blocks.ListBlock(GroupBlock(), label=_("Groups of conditions"), default=[])

    class Meta:
        icon = "decimal"
        label = _("Conditions to be met")
        collapsed = True


def perhaps(label: str) -> blocks.ListBlock:
    """A rule that most questions do not have: until it is added, it takes no room."""
    return blocks.ListBlock(RuleBlock(), label=label, default=[], max_num=1)


class ConditionalBlock(blocks.StructBlock):
    """What may be shown under conditions only."""

    match = blocks.ChoiceBlock(label=_("Show when"), choices=MATCHES, default="all")
    conditions = blocks.ListBlock(
        ConditionBlock(),
        label=_("Conditions to be met"),
        default=[],
        help_text=_("Without a condition it is always shown."),
    )
    groups = blocks.ListBlock(GroupBlock(), label=_("Groups of conditions"), default=[])


CONDITIONS = BlockGroup(
    children=["match", "conditions", "groups"],
    heading=_("Show only under conditions"),
    classname="collapsed",
    icon="view",
    label_format="",
)


class GotoBlock(blocks.StructBlock):
    """Where to go on after a page, instead of the next one."""

    when = RuleBlock(label=_("When"))
    page = blocks.CharBlock(
        label=_("Go on with the page"),
        max_length=100,
        required=False,
        help_text=_("The title of a later page. Empty: look over the answers."),
    )

    class Meta:
        icon = "arrow-right"
        label = _("Skip pages")
        label_format = "{page}"


class CheckTranslationBlock(blocks.StructBlock):
    """What a check says in another language."""

    language = language_block()
    message = blocks.CharBlock(label=_("What to say if it is not"), max_length=400)

    class Meta:
        icon = "globe"
        label = _("Translation")
        label_format = "{language} {message}"


class CheckBlock(blocks.StructBlock):
    """Something that must be true of several answers together."""

    rule = RuleBlock(label=_("What must be true"))
    message = blocks.CharBlock(
        label=_("What to say if it is not"),
        max_length=200,
        help_text=_("Say what to change: “Write an end date after the beginning.”"),
    )
    at = question_reference(label=_("Show it at the question"))
    translations = blocks.ListBlock(
        CheckTranslationBlock(), label=_("Translations"), default=[]
    )

    class Meta:
        icon = "check"
        label = _("Check across questions")
        label_format = "{message}"
