"""The list of files to take along."""

import os

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.blocks import DocumentBlock, HeadingBlock
from home.blocks.media import LANGUAGES
from home.models.pages import BasePage, Entry, entries_of, parts_of

KINDS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV", "txt": "TXT"}


class DocumentListPage(BasePage):
    """Documents with kind, size, date and language, under headings."""

    documents = StreamField(
        [("heading", HeadingBlock()), ("document", DocumentBlock())],
        blank=True,
        verbose_name=_("Documents"),
    )

    template = "home/document_list_page.html"
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("documents"),
    ]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("documents"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("List of documents")
        verbose_name_plural = _("Lists of documents")

    def own_sections(self) -> list[Entry]:
        return entries_of(parts_of(self.documents))

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {
            "entries": [
                (block.block_type, anchor, shown(block))
                for block, anchor in parts_of(self.documents)
            ]
        }


def shown(block):
    """A heading as it is; a document with what people ask before they open it."""
    if block.block_type == "heading":
        return block.value
    document = block.value["document"]
    if document is None:
        return None
    return {
        "document": document,
        "title": block.value["title"] or document.title,
        "text": block.value["text"],
        "kind": KINDS.get(document.file_extension.lower(), document.file_extension),
        "size": size_of(document),
        "date": block.value["dated"] or document.created_at,
        "language": dict(LANGUAGES).get(block.value["language"], ""),
    }


def size_of(document) -> int | None:
    """The size in bytes; none where the file is gone."""
    if document.file_size:
        return document.file_size
    try:
        return os.path.getsize(document.file.path)
    except (OSError, ValueError, NotImplementedError):
        return None
