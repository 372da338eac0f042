"""The blocks of a page: few, and each says what it is for."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

is_phone = RegexValidator(
    r"^[0-9#][0-9-]*$",
    _("Give the number in digits and hyphens, such as 06-0000-0000."),
)

ICONS = [
    ("home", _("House")),
    ("meal", _("Meal")),
    ("book", _("Book")),
    ("life", _("Daily life")),
    ("talk", _("Talk")),
    ("link", _("Working together")),
    ("play", _("Activity")),
    ("car", _("Car")),
    ("family", _("Family")),
    ("child", _("Child")),
    ("school", _("School")),
    ("calendar", _("Calendar")),
    ("clock", _("Clock")),
    ("phone", _("Phone")),
    ("info", _("Information")),
]

TEXT_FEATURES = ["bold", "ol", "ul", "link", "document-link"]


class HelpLineBlock(blocks.StructBlock):
    """One number to call: whose it is, the number, and when it answers."""

    name = blocks.CharBlock(label=_("Name"), max_length=40)
    number = blocks.CharBlock(
        label=_("Number to dial"), max_length=20, validators=[is_phone]
    )
    note = blocks.CharBlock(label=_("Note"), max_length=80, required=False)

    class Meta:
        label = _("Number to call")
        icon = "mail"


class RubyBlock(blocks.TextBlock):
    """Plain text for children: ``{漢字|かんじ}`` shows the reading above."""

    class Meta:
        label = _("Text with readings")
        help_text = _("Write {漢字|かんじ}: the reading stands above. No other markup.")
        icon = "openquote"
        template = "home/blocks/ruby.html"


class HeadingBlock(blocks.CharBlock):
    """A heading of second rank: it opens a section of the page."""

    class Meta:
        label = _("Heading")
        icon = "h2"
        template = "home/blocks/heading.html"


class StepBlock(blocks.StructBlock):
    """One step: what happens, who does it, and a word more."""

    title = blocks.CharBlock(label=_("What happens"), max_length=60)
    who = blocks.CharBlock(label=_("Who does it"), max_length=60, required=False)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=3)

    class Meta:
        label = _("Step")


class CardBlock(blocks.StructBlock):
    """A picture sign, a short heading, a sentence or two."""

    icon = blocks.ChoiceBlock(label=_("Icon"), choices=ICONS, default="info")
    title = blocks.CharBlock(label=_("Heading"), max_length=40)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=3)

    class Meta:
        label = _("Card")


class QuestionBlock(blocks.StructBlock):
    """A question as people ask it, and its answer."""

    question = blocks.TextBlock(label=_("Question asked"), rows=2)
    answer = blocks.TextBlock(label=_("Answer"), rows=4)

    class Meta:
        label = _("Question and answer")


class FactBlock(blocks.StructBlock):
    """One line of a table of facts: what, and how it is."""

    name = blocks.CharBlock(label=_("What the fact is"), max_length=60)
    value = blocks.TextBlock(label=_("How it is"), rows=2)

    class Meta:
        label = _("Fact")


class FactsBlock(blocks.StructBlock):
    """Facts in two columns, with the time at which they held."""

    facts = blocks.ListBlock(FactBlock(), label=_("Facts"))
    as_of = blocks.CharBlock(label=_("Facts as of"), max_length=40, required=False)

    class Meta:
        label = _("Table of facts")
        icon = "table"
        template = "home/blocks/facts.html"


class NoticeBlock(blocks.StructBlock):
    """Something to set apart; the urgent kind is for danger only."""

    is_urgent = blocks.BooleanBlock(label=_("Urgent"), required=False)
    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        label = _("Notice on a page")
        icon = "warning"
        template = "home/blocks/notice.html"


class ContactLinesBlock(blocks.StructBlock):
    """The office in charge and the emergency numbers, as kept in the settings."""

    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=2)

    class Meta:
        label = _("Whom to call")
        icon = "mail"
        template = "home/blocks/contact_lines.html"


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


class BodyBlock(blocks.StreamBlock):
    """What a page may be made of, in the order that editors choose."""

    heading = HeadingBlock()
    text = blocks.RichTextBlock(
        label=_("Text"),
        features=["h3", *TEXT_FEATURES],
        template="home/blocks/text.html",
        icon="pilcrow",
    )
    ruby = RubyBlock()
    steps = blocks.ListBlock(
        StepBlock(), label=_("Steps"), icon="list-ol", template="home/blocks/steps.html"
    )
    cards = blocks.ListBlock(
        CardBlock(), label=_("Cards"), icon="grip", template="home/blocks/cards.html"
    )
    questions = blocks.ListBlock(
        QuestionBlock(),
        label=_("Questions and answers"),
        icon="help",
        template="home/blocks/questions.html",
    )
    facts = FactsBlock()
    notice = NoticeBlock()
    contact = ContactLinesBlock()
    links = blocks.ListBlock(
        LinkBlock(),
        label=_("Large links"),
        icon="link",
        template="home/blocks/links.html",
    )

    class Meta:
        label = _("Body")
