"""Blocks of words: headings, steps, cards, questions, notices."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

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


class RubyBlock(blocks.TextBlock):
    """Plain text for children: ``{漢字|かんじ}`` shows the reading above."""

    class Meta:
        label = _("Text with readings")
        help_text = _("Write {漢字|かんじ}: the reading stands above. No other markup.")
        description = _("Plain text whose readings you set yourself, word by word.")
        icon = "openquote"
        template = "home/blocks/ruby.html"
        preview_value = "{学校|がっこう}の{先生|せんせい}に{話|はな}してね。"


class HeadingBlock(blocks.CharBlock):
    """A heading of second rank: it opens a section of the page."""

    class Meta:
        label = _("Heading")
        description = _(
            "Opens a section. From three headings on, the page lists them at its top."
        )
        icon = "h2"
        template = "home/blocks/heading.html"
        preview_value = "利用までの流れ"


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


class NoticeBlock(blocks.StructBlock):
    """Something to set apart; the urgent kind is for danger only."""

    is_urgent = blocks.BooleanBlock(
        label=_("Urgent"),
        required=False,
        help_text=_("For danger to somebody. A closed day is not urgent."),
    )
    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        label = _("Notice on a page")
        description = _("Sets a few sentences apart from the text around them.")
        icon = "warning"
        template = "home/blocks/notice.html"
        preview_value = {
            "is_urgent": False,
            "title": "利用するには",
            "text": "<p>市が利用を決めたこどもが使う場所です。</p>",
        }


def steps_block() -> blocks.ListBlock:
    """Steps in their order, numbered."""
    return blocks.ListBlock(
        StepBlock(),
        label=_("Steps"),
        icon="list-ol",
        template="home/blocks/steps.html",
        description=_("What happens one after the other, numbered."),
        preview_value=[
            {"title": "相談する", "who": "どなたからでも", "text": ""},
            {"title": "お話をうかがう", "who": "市の担当者", "text": ""},
        ],
    )


def cards_block() -> blocks.ListBlock:
    """Short things side by side."""
    return blocks.ListBlock(
        CardBlock(),
        label=_("Cards"),
        icon="grip",
        template="home/blocks/cards.html",
        description=_("Up to six short things side by side, each with a sign."),
        preview_value=[
            {"icon": "meal", "title": "食事", "text": "みんなでごはんを食べます。"},
            {"icon": "book", "title": "学習", "text": "宿題や勉強を見守ります。"},
        ],
    )


def questions_block() -> blocks.ListBlock:
    """Questions that belong to one page alone."""
    return blocks.ListBlock(
        QuestionBlock(),
        label=_("Questions and answers"),
        icon="help",
        template="home/blocks/questions.html",
        description=_(
            "Questions of this page alone. What is asked often belongs on the page of"
            " questions; show it here with the block beside this one."
        ),
        preview_value=[
            {"question": "費用はかかりますか。", "answer": "お問い合わせください。"}
        ],
    )


def text_block() -> blocks.RichTextBlock:
    """Running text."""
    return blocks.RichTextBlock(
        label=_("Text"),
        features=["h3", *TEXT_FEATURES],
        template="home/blocks/text.html",
        icon="pilcrow",
        description=_("Paragraphs, lists, links. Pasted text loses its fonts."),
        preview_value="<p>食事や学習、生活、相談を支える、こどもの居場所です。</p>",
    )
