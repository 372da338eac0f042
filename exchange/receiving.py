"""Taking files out of a request: bounded, and never at the price of what was typed.

Django would stop reading a request at the first thing that is too much, and the answers
that follow would be lost. Here a file that is too large, one too many, or one that the
disk has no room for is passed over; the request goes on and says which it was.
"""

import tempfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from exchange.writing import beginning

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
LARGEST_REQUEST = 40 * MEGABYTE
MOST_FILES = 20
IN_MEMORY = MEGABYTE
LONGEST_NAME = 120


@dataclass(frozen=True)
class Refused:
    """A file that was passed over: the name of its control, its own, and why."""

    control: str
    name: str
    reason: str


class BoundedUploadHandler(FileUploadHandler):
    """Keeps files up to the limits; the rest is read to its end and forgotten."""

    def __init__(self, request: HttpRequest):
        super().__init__(request)
        self.request.refused_files = []
        self.received = self.count = 0
        self.spool = None

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.spool = None
        self.size = 0
        self.count += 1
        if self.count > MOST_FILES:
            self.refuse(
                _("No more than %(count)s files can be sent at once.")
                % {"count": MOST_FILES}
            )

    def refuse(self, reason: str) -> None:
        """Pass this file over, and go on with the request."""
        self.request.refused_files.append(
            Refused(self.field_name, display_name(self.file_name), reason)
        )
        self.close()
        raise SkipFile

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        self.received += len(raw_data)
        if self.size > LARGEST_FILE:
            self.refuse(too_large(LARGEST_FILE))
        if self.received > LARGEST_REQUEST:
            self.refuse(
                _("All files sent at once may have %(size)s MB. Send the rest after.")
                % {"size": LARGEST_REQUEST // MEGABYTE}
            )
        try:
            if self.spool is None:
                self.spool = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
            self.spool.write(raw_data)
        except OSError:
            self.refuse(no_room())

    def file_complete(self, file_size):
        if self.spool is None:
            self.spool = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self.spool.seek(0)
        kept, self.spool = self.spool, None
        return UploadedFile(
            file=kept,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )

    def upload_interrupted(self):
        self.close()

    def close(self) -> None:
        if self.spool is not None:
            self.spool.close()
            self.spool = None


def bound_uploads(request: HttpRequest) -> None:
    """Take files of this request within limits. Call it before anything reads it."""
    if not hasattr(request, "_files"):
        request.upload_handlers = [BoundedUploadHandler(request)]


def refused_files(request: HttpRequest) -> list[Refused]:
    """What was passed over while this request was read."""
    _read = request.POST
    return getattr(request, "refused_files", [])


def content_of(upload: UploadedFile) -> bytes:
    """The content of a received file. ValidationError where the disk fails."""
    try:
        return upload.read()
    except OSError:
        raise ValidationError(no_room()) from None


def display_name(name: str) -> str:
    """A file's own name, as it may be shown: the last part, in reasonable length."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign if sign.isprintable() else " " for sign in name).strip()
    if len(name) > LONGEST_NAME:
        stem, _dot, ending = name.rpartition(".")
        name = f"{beginning(stem, LONGEST_NAME - 10)}….{ending[:8]}"
    return name or "file"


def too_large(limit: int) -> str:
    return _("The file is too large: one may have up to %(size)s MB.") % {
        "size": limit // MEGABYTE
    }


def no_room() -> str:
    return _(
        "The file could not be stored, because the server has no room at the moment."
        " What you typed is kept. Send it without the file, or try again later."
    )
