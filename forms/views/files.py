"""Files through the door of the portal: taken in with a page, handed out to few.

No file has an address of its own. Who fills in a form reaches the files of that draft
by its key; staff reach those of submissions they may see, and it is written down.
"""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from exchange.receiving import refused_files
from forms.models import Attachment, Draft, Submission
from forms.services.files import places_of, receive_files
from forms.views import drafts
from staff.models import AuditEvent
from staff.services import client_address, record_event
from staff.views import PrivateRecordMixin


def take_files(request: HttpRequest, draft: Draft, page: Mapping) -> dict:
    """Take in and take away the files of a page; by control, what was refused."""
    places = places_of(page, draft.answers)
    if not places:
        return {}
    return receive_files(
        draft,
        places,
        request.FILES,
        passed_over=refused_files(request),
        removed=request.POST.getlist("remove-file"),
    )


def stays_for_files(request: HttpRequest) -> bool:
    """Whether a button was pressed that only concerns the files of this page."""
    return "remove-file" in request.POST or "attach" in request.POST


def hand_out(attachment: Attachment) -> HttpResponse:
    """The bytes, so that no browser runs them or keeps them. 404 while it is closed."""
    if not attachment.may_be_opened:
        raise Http404
    try:
        content = attachment.content()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=attachment.type)
    name = attachment.neutral_name
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@drafts.shown_only
def draft_file(request: HttpRequest, draft: Draft, key: str, file) -> HttpResponse:
    """A file of the draft, for whoever fills it in."""
    if draft.sent_at:
        raise Http404
    attachment = draft.attachments.filter(uuid=file).first()
    if attachment is None:
        raise Http404
    return hand_out(attachment)


def file_of(submission: Submission, file) -> Attachment:
    """A file of a submission that the caller may see; 404 for any other."""
    found = submission.attachments.select_related("submission").filter(uuid=file)
    attachment = found.first()
    if attachment is None or not attachment.may_be_opened:
        raise Http404
    return attachment


def hand_out_recorded(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """The bytes of a file of a submission; without its audit event, nothing."""
    response = hand_out(attachment)
    record_event(
        "portal_forms.submission.file_downloaded",
        attachment.submission,
        action=AuditEvent.Action.DOWNLOAD,
        by=request.user if request.user.is_authenticated else None,
        ip=client_address(request),
        subject=attachment.audit_subject,
        file=attachment.pk,
    )
    return response


class AttachmentView(PrivateRecordMixin, View):
    """A file of a submission, for staff who may see what it came with."""

    model = Attachment
    permission_required = "wagtailadmin.access_admin"

    def get_queryset(self):
        return self.model.objects.select_related("submission")

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return hand_out_recorded(request, self.object)

    def get_page_title(self):
        return _("Attached file")
