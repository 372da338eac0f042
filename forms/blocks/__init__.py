"""The editor of questions: blocks that staff fill in, compiled on publishing.

A kind of question is a block of its own, so that changing the kind makes a new
question with a new key; the answers to the old one stay what they were.
"""

from forms.blocks.pages import KIND_NAMES, FormTranslationBlock, PageBlock

__all__ = ["KIND_NAMES", "FormTranslationBlock", "PageBlock"]
