"""What a page may be made of, in the order that editors choose."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.audiences import Audience
from home.blocks.contact import ContactLinesBlock, links_block
from home.blocks.facts import FactsBlock, TableBlock
from home.blocks.media import PictureBlock
from home.blocks.texts import (
    HeadingBlock,
    NoticeBlock,
    RubyBlock,
    cards_block,
    questions_block,
    steps_block,
    text_block,
)


class AskedBlock(blocks.StructBlock):
    """The questions of one audience, out of the page of questions."""

    audience = blocks.ChoiceBlock(label=_("Whom it is for"), choices=Audience.choices)

    class Meta:
        label = _("Questions from the page of questions")
        description = _(
            "Shows what the page of questions says for one audience; change it there."
        )
        icon = "help"
        template = "home/blocks/asked.html"
        preview_value = {"audience": "guardians"}


class OpeningBlock(blocks.StaticBlock):
    """Opening days and hours as kept with the sites; nothing is typed here."""

    class Meta:
        label = _("Opening days and hours")
        description = _(
            "The hours of the sites as they are kept there; a change shows at once."
        )
        admin_text = _("Shows the hours that are kept with the sites.")
        icon = "calendar-alt"
        template = "programs/blocks/opening.html"
        preview_value = None


class BodyBlock(blocks.StreamBlock):
    """What a page may be made of, in the order that editors choose."""

    heading = HeadingBlock()
    text = text_block()
    ruby = RubyBlock()
    steps = steps_block()
    cards = cards_block()
    questions = questions_block()
    asked = AskedBlock()
    facts = FactsBlock()
    opening = OpeningBlock()
    table = TableBlock()
    picture = PictureBlock()
    notice = NoticeBlock()
    contact = ContactLinesBlock()
    links = links_block()

    class Meta:
        label = _("Body")
