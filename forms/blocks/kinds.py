"""The kinds of questions, each a block of its own."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from exchange.inspection import DEFAULT_KINDS, KINDS
from forms.blocks.conditions import perhaps, question_reference
from forms.blocks.questions import (
    CODE,
    CODE_ERROR,
    OptionTranslationBlock,
    QuestionBlock,
    TranslationBlock,
    layout,
)
from forms.limits import MOST_DAYS


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
    """A number, whole or with decimals."""

    decimals = blocks.IntegerBlock(
        label=_("Decimals"), required=False, default=0, min_value=0, max_value=4
    )
    minimum = blocks.IntegerBlock(label=_("Smallest number"), required=False)
    maximum = blocks.IntegerBlock(label=_("Largest number"), required=False)

    class Meta:
        icon = "order"
        label = pgettext_lazy("question", "Number")
        form_layout = layout("minimum", "maximum", "decimals")
        label_format = "{label}"


class DateBlock(QuestionBlock):
    """A day, in three text boxes."""

    not_future = blocks.BooleanBlock(
        label=_("Cannot lie in the future"), required=False, default=False
    )
    not_past = blocks.BooleanBlock(
        label=_("Cannot lie in the past"), required=False, default=False
    )
    first_days = blocks.IntegerBlock(
        label=_("Earliest: so many days from today"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Today is the day on which the form is filled in and sent."),
    )
    last_days = blocks.IntegerBlock(
        label=_("Latest: so many days from today"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_(
            "Days before today can be written too, unless “Cannot lie in the past” is"
            " ticked."
        ),
    )
    first = blocks.DateBlock(label=_("Earliest day"), required=False)
    last = blocks.DateBlock(label=_("Latest day"), required=False)

    class Meta:
        icon = "date"
        label = _("Date")
        form_layout = layout(
            "not_future", "not_past", "first_days", "last_days", "first", "last"
        )
        label_format = "{label}"


class TimeBlock(QuestionBlock):
    first = blocks.TimeBlock(label=_("Earliest time"), required=False)
    last = blocks.TimeBlock(label=_("Latest time"), required=False)

    class Meta:
        icon = "time"
        label = _("Time of day")
        form_layout = layout("first", "last")
        label_format = "{label}"


class PhoneBlock(QuestionBlock):
    class Meta:
        icon = "mobile-alt"
        label = _("Phone number")
        form_layout = layout()
        label_format = "{label}"


class EmailBlock(QuestionBlock):
    class Meta:
        icon = "mail"
        label = _("Mail address")
        form_layout = layout()
        label_format = "{label}"


class PostcodeBlock(QuestionBlock):
    class Meta:
        icon = "site"
        label = _("Postal code")
        form_layout = layout()
        label_format = "{label}"


class OptionBlock(blocks.StructBlock):
    """One choice."""

    label = blocks.CharBlock(label=_("Choice"), max_length=200)
    code = blocks.RegexBlock(
        regex=CODE, error_messages=CODE_ERROR, label=_("Code"), required=False
    )
    free_text = blocks.BooleanBlock(
        label=_("With a text box of its own (“Other”)"), required=False, default=False
    )
    when = perhaps(_("Can be chosen only when"))
    translations = blocks.ListBlock(
        OptionTranslationBlock(), label=_("Translations"), default=[]
    )

    class Meta:
        icon = "tag"
        label = _("Choice")
        label_format = "{label}"
        form_layout = BlockGroup(
            children=["label", "free_text"], settings=["code", "when", "translations"]
        )


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
    """Any number of choices, or as few and as many as set."""

    least = blocks.IntegerBlock(
        label=_("At least so many"), required=False, min_value=1
    )
    most = blocks.IntegerBlock(label=_("At most so many"), required=False, min_value=1)

    class Meta:
        icon = "tick-inverse"
        label = _("Choose any number")
        form_layout = layout("options", "least", "most")
        label_format = "{label}"


class ConfirmBlock(QuestionBlock):
    class Meta:
        icon = "check"
        label = _("Box to confirm")
        form_layout = layout()
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


class NameBlock(QuestionBlock):
    """A person's name and its reading."""

    max = limit(100, 200)
    kana_optional = blocks.BooleanBlock(
        label=_("The kana may be left out"), required=False, default=False
    )

    class Meta:
        icon = "user"
        label = _("Name with kana")
        form_layout = layout("max", "kana_optional")
        label_format = "{label}"


class AddressBlock(QuestionBlock):
    """Postal code, address, building."""

    class Meta:
        icon = "home"
        label = _("Address with postal code")
        form_layout = layout()
        label_format = "{label}"


class YesNoBlock(QuestionBlock):
    """Yes or no."""

    with_unknown = blocks.BooleanBlock(
        label=_("Offer “I do not know” as well"), required=False, default=False
    )

    class Meta:
        icon = "circle-check"
        label = _("Yes or no")
        form_layout = layout("with_unknown")
        label_format = "{label}"


class GradeBlock(QuestionBlock):
    """The school year, worked out from a birth date where there is one."""

    source = question_reference(
        label=_("Work out from the birth date"),
        required=False,
        help_text=_(
            "The question that asks for the birth date. People can choose another"
            " grade."
        ),
    )

    class Meta:
        icon = "h1"
        label = _("School year")
        form_layout = layout("source")
        label_format = "{label}"


class ConsentTranslationBlock(TranslationBlock):
    """The words of a consent in another language, its text as well."""

    text = blocks.TextBlock(label=_("Text to agree to"), required=False, rows=4)
    yes_label = blocks.CharBlock(label=_("Yes"), required=False, max_length=200)
    not_yet_label = blocks.CharBlock(label=_("Not yet"), required=False, max_length=200)
    cannot_label = blocks.CharBlock(
        label=_("Not possible (with the reason)"), required=False, max_length=200
    )


class ConsentBlock(QuestionBlock):
    """A text and whether the person agrees; it never holds anything back."""

    text = blocks.TextBlock(
        label=_("Text to agree to"),
        rows=6,
        help_text=_("What for, who receives it, how long it is kept."),
    )
    translations = blocks.ListBlock(
        ConsentTranslationBlock(), label=_("Translations"), default=[]
    )
    yes_label = blocks.CharBlock(label=_("Yes"), required=False, max_length=100)
    not_yet_label = blocks.CharBlock(label=_("Not yet"), required=False, max_length=100)
    cannot_label = blocks.CharBlock(
        label=_("Not possible (with the reason)"), required=False, max_length=100
    )

    class Meta:
        icon = "edit"
        label = _("Consent")
        form_layout = layout("text", "yes_label", "not_yet_label", "cannot_label")
        label_format = "{label}"


class FileBlock(QuestionBlock):
    """Files to attach."""

    types = blocks.MultipleChoiceBlock(
        label=_("Kinds of files"),
        choices=[(name, label) for name, (label, _endings) in KINDS.items()],
        default=list(DEFAULT_KINDS),
    )
    max_size_mb = blocks.IntegerBlock(
        label=_("Largest file (MB)"), default=10, min_value=1, max_value=10
    )
    max_count = blocks.IntegerBlock(
        label=_("At most so many files"), default=3, min_value=1, max_value=20
    )

    class Meta:
        icon = "upload"
        label = _("Files")
        form_layout = layout("types", "max_size_mb", "max_count")
        label_format = "{label}"
