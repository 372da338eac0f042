"""Pages, groups, and the whole of a form."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from forms.blocks import kinds, special
from forms.blocks.conditions import (
    CONDITIONS,
    CheckBlock,
    ConditionalBlock,
    GotoBlock,
    language_block,
)
from forms.blocks.questions import QuestionBlock, TranslationBlock, layout

TYPED, CHOSEN = _("Typed text"), _("Choices")
PEOPLE, DAYS = _("Contact"), _("Day and time")
MORE, READ = _("Files, groups, calculations"), _("To read")


class SimpleFieldsBlock(blocks.StreamBlock):
    """What can stand on a page and in the rows of a group."""

    short_text = kinds.ShortTextBlock(group=TYPED)
    long_text = kinds.LongTextBlock(group=TYPED)
    number = kinds.NumberBlock(group=TYPED)
    name = kinds.NameBlock(group=PEOPLE)
    kana = kinds.KanaBlock(group=PEOPLE)
    phone = kinds.PhoneBlock(group=PEOPLE)
    email = kinds.EmailBlock(group=PEOPLE)
    postcode = kinds.PostcodeBlock(group=PEOPLE)
    address = kinds.AddressBlock(group=PEOPLE)
    date = kinds.DateBlock(group=DAYS)
    time = kinds.TimeBlock(group=DAYS)
    radio = kinds.RadioBlock(group=CHOSEN)
    select = kinds.SelectBlock(group=CHOSEN)
    checkboxes = kinds.CheckboxesBlock(group=CHOSEN)
    yes_no = kinds.YesNoBlock(group=CHOSEN)
    confirm = kinds.ConfirmBlock(group=CHOSEN)
    partner = kinds.PartnerBlock(group=CHOSEN)
    grade = kinds.GradeBlock(group=CHOSEN)
    file = kinds.FileBlock(group=MORE)

    class Meta:
        required = False
        collapsed = True


class RepeatTranslationBlock(TranslationBlock):
    """The words of a group in another language, the heading of its rows as well."""

    row_title = blocks.CharBlock(
        label=_("Heading of each row"),
        required=False,
        max_length=100,
        help_text=_("# stands for the number of the row."),
    )


class RepeatBlock(QuestionBlock):
    """Questions that are asked as often as needed: siblings, contacts, days."""

    row_title = blocks.CharBlock(
        label=_("Heading of each row"),
        max_length=60,
        default="#人目",
        help_text=_("# stands for the number of the row."),
    )
    min_rows = blocks.IntegerBlock(
        label=_("Fewest rows"), required=False, default=0, min_value=0, max_value=20
    )
    max_rows = blocks.IntegerBlock(
        label=_("Most rows"), default=10, min_value=1, max_value=50
    )
    fields = SimpleFieldsBlock(label=_("Questions of each row"))
    translations = blocks.ListBlock(
        RepeatTranslationBlock(), label=_("Translations"), default=[]
    )

    class Meta:
        icon = "copy"
        label = _("Group to repeat")
        form_layout = layout("row_title", "min_rows", "max_rows", "fields")
        label_format = "{label}"


class FieldsBlock(SimpleFieldsBlock):
    """The questions of a page."""

    consent = kinds.ConsentBlock(group=CHOSEN)
    repeat = RepeatBlock(group=MORE)
    calculated = special.CalculatedBlock(group=MORE)
    preset = special.PresetBlock(group=MORE)
    heading = special.HeadingBlock(group=READ)
    information = special.InformationBlock(group=READ)
    urgent = special.UrgentBlock(group=READ)
    stop = special.StopBlock(group=READ)

    class Meta:
        required = False
        collapsed = True


# What the editor calls each kind of question.
KIND_NAMES = {name: block.label for name, block in FieldsBlock().child_blocks.items()}


class PageTranslationBlock(blocks.StructBlock):
    """The words of a page in another language."""

    language = language_block()
    title = blocks.CharBlock(label=_("Title of the page"), max_length=200)
    intro = blocks.TextBlock(label=_("Introduction"), required=False, rows=2)

    class Meta:
        icon = "globe"
        label = _("Translation")
        label_format = "{language} {title}"


class PageBlock(ConditionalBlock):
    """One page of a form."""

    title = blocks.CharBlock(label=_("Title of the page"), max_length=100)
    intro = blocks.TextBlock(label=_("Introduction"), required=False, rows=2)
    fields = FieldsBlock(label=_("Questions"))
    goto = blocks.ListBlock(
        GotoBlock(),
        label=_("Skip pages"),
        default=[],
        help_text=_("Looked at when this page is done; the first that is true counts."),
    )
    checks = blocks.ListBlock(
        CheckBlock(), label=_("Checks across questions"), default=[]
    )
    translations = blocks.ListBlock(
        PageTranslationBlock(), label=_("Translations"), default=[]
    )

    class Meta:
        icon = "doc-full"
        label = _("Page")
        form_layout = BlockGroup(
            children=[
                "title",
                "intro",
                CONDITIONS,
                "fields",
                BlockGroup(
                    children=["goto", "checks"],
                    heading=_("After this page"),
                    classname="collapsed",
                    icon="arrow-right",
                    label_format="",
                ),
            ],
            settings=["translations"],
        )
        label_format = "{title}"


class FormTranslationBlock(blocks.StructBlock):
    """The words of the form around its pages in another language."""

    language = language_block()
    is_complete = blocks.BooleanBlock(
        label=_("This translation is complete"),
        required=False,
        default=False,
        help_text=_("Then the form is not published while a word is missing in it."),
    )
    title = blocks.CharBlock(label=_("Title"), max_length=200)
    intro = blocks.TextBlock(label=_("Introduction"), required=False, rows=2)
    who_may = blocks.TextBlock(label=_("Who it is for"), required=False, rows=2)
    what_you_need = blocks.TextBlock(label=_("What you need"), required=False, rows=2)
    privacy_note = blocks.TextBlock(label=_("Personal data"), required=False, rows=2)
    next_steps = blocks.TextBlock(
        label=_("What happens after sending"), required=False, rows=2
    )

    class Meta:
        icon = "globe"
        label = _("Translation")
        label_format = "{language}"
