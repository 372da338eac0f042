"""The editor of questions: blocks that staff fill in, compiled on publishing."""

from wagtail import blocks


class PageBlock(blocks.StructBlock):
    """One page of a form."""

    title = blocks.CharBlock()
