"""What editors upload is kept without the facts that files carry along.

A photo tells where it was taken, a paper who wrote it and where: at a site whose
address is hidden, that would give it away. Pictures are drawn anew. A PDF has its
metadata blanked, a Word or Excel document is packed anew without names; one whose
metadata cannot be reached is refused with a word about it.
"""

import io

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.utils.translation import gettext as _
from PIL import UnidentifiedImageError
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from exchange.bare_pdf import blanked
from exchange.inspection import inspect
from exchange.pictures import drawn_anew

OFFICE = {"docx", "xlsx"}


def replaced(file, content: bytes, name: str, kind: str) -> InMemoryUploadedFile:
    """The same upload with other bytes."""
    return InMemoryUploadedFile(
        io.BytesIO(content), file.field_name, name, kind, len(content), None
    )


def in_words(read):
    """Let a picture that cannot be opened be refused, where Wagtail would break."""

    def careful(data):
        try:
            return read(data)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
            raise ValidationError(
                _("This picture cannot be opened. Please save or take it again.")
            ) from None

    return careful


class BareImageForm(BaseImageForm):
    """A picture without its place, its device and its time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.to_python = in_words(field.to_python)

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if "file" not in self.changed_data or not file:
            return file
        file.seek(0)
        content, kind = drawn_anew(file.read())
        stem = file.name.rpartition(".")[0] or file.name
        ending = "png" if kind == "image/png" else "jpg"
        bare = replaced(file, content, f"{stem}.{ending}", kind)
        bare.image = getattr(file, "image", None)
        return bare


class BareDocumentForm(BaseDocumentForm):
    """A document without its author, where that can be done; else a word about it."""

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if "file" not in self.changed_data or not file:
            return file
        ending = file.name.rpartition(".")[2].lower()
        if ending not in OFFICE | {"pdf"}:
            return file
        file.seek(0)
        if ending in OFFICE:
            kept = inspect(file.name, file.read(), ["word", "excel"])
            return replaced(file, kept.content, file.name, kept.type)
        try:
            content = blanked(file.read())
        except ValueError:
            raise ValidationError(
                _(
                    "This PDF names its author or its program in a way that cannot be"
                    " taken out here. Please print it to PDF anew and choose that file."
                )
            ) from None
        return replaced(file, content, file.name, "application/pdf")
