"""The blocks of a page: few, and each says what it is for and shows how it looks."""

from home.blocks.body import BodyBlock
from home.blocks.contact import (
    ContactLinesBlock,
    HelpLineBlock,
    LinkBlock,
    is_path,
    is_phone,
)
from home.blocks.facts import FactBlock, FactsBlock, SectionBlock, TableBlock
from home.blocks.media import DocumentBlock, PictureBlock
from home.blocks.texts import (
    ICONS,
    TEXT_FEATURES,
    CardBlock,
    HeadingBlock,
    NoticeBlock,
    QuestionBlock,
    RubyBlock,
    StepBlock,
)

__all__ = [
    "ICONS",
    "TEXT_FEATURES",
    "BodyBlock",
    "CardBlock",
    "ContactLinesBlock",
    "DocumentBlock",
    "FactBlock",
    "FactsBlock",
    "HeadingBlock",
    "HelpLineBlock",
    "LinkBlock",
    "NoticeBlock",
    "PictureBlock",
    "QuestionBlock",
    "RubyBlock",
    "SectionBlock",
    "StepBlock",
    "TableBlock",
    "is_path",
    "is_phone",
]
