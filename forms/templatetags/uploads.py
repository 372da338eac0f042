"""Files on pages: in a question, and beside the answers they came with."""

from django import template

from forms.forms import uploads
from forms.models import Attachment
from forms.models.attachment import size_in_words

register = template.Library()


@register.filter
def kept_files(item) -> list[dict]:
    """The files of a question, each with its words and whether it can be opened."""
    parts = uploads.kept(item.typed)
    rows = {
        str(row.uuid): row
        for row in Attachment.objects.filter(uuid__in=[part["id"] for part in parts])
    }
    return [
        {**part, "words": uploads.in_words(part), "row": rows.get(part["id"])}
        for part in parts
    ]


@register.filter
def upload_hint(item) -> str:
    return uploads.hint(item.field)


@register.filter
def upload_endings(item) -> str:
    return uploads.accepted(item.field)


@register.filter
def upload_bytes(item) -> int:
    """The largest size of one file here, for the script that asks before sending."""
    return uploads.Limits.of(item.field).megabytes * uploads.MEGABYTE


@register.filter
def in_size(size: int) -> str:
    return size_in_words(size)


@register.inclusion_tag("forms/attachments.html")
def attachments_of(submission, *, for_staff: bool = True) -> dict:
    """All files that came with a submission and its messages, for its page."""
    files = list(submission.attachments.select_related("message"))
    return {"files": files, "submission": submission, "for_staff": for_staff}


@register.inclusion_tag("forms/thread_desk.html")
def thread_of(submission) -> dict:
    """What the city and the sender wrote to each other, for staff."""
    thread = submission.messages.select_related("author")
    return {
        "thread": thread.prefetch_related("attachments"),
        "submission": submission,
        "is_withdrawn": submission.status == submission.Status.WITHDRAWN,
    }
