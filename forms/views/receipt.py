"""After sending: the receipt, the copy, another child, the end at this computer."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from exchange.pdf import PdfError
from forms.documents import copy_of
from forms.models import Draft, Submission
from forms.services import document_of, leave, look_up_hash, look_up_password, sent_from
from forms.services.siblings import continue_with_sibling, may_continue
from forms.views import drafts
from forms.views.answering import SeeOther
from staff.models import AuditEvent
from staff.services import client_address, record_event

COPY_FOR = timedelta(minutes=60)


@drafts.shown_only
def done(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """The receipt: its number for good, the password and the copy for an hour."""
    submission = sent_from(draft)
    if submission is None:
        return SeeOther(drafts.address("review", draft))
    document = document_of(draft)
    return render(
        request,
        "forms/done.html",
        {
            "draft": draft,
            "draft_key": key,
            "submission": submission,
            "document": document,
            "is_fresh": is_fresh(submission),
            "password": password_for(submission, key),
            "may_continue": may_continue(draft, submission),
            "is_again": "again" in request.GET,
            "copy_failed": "nocopy" in request.GET,
        },
    )


def is_fresh(submission: Submission) -> bool:
    return timezone.now() - submission.submitted_at < COPY_FOR


def password_for(submission: Submission, key: str) -> str:
    """The password, for an hour, to the browser that sent: others hold another key."""
    password = look_up_password(key)
    known = look_up_hash(submission.receipt, password)
    is_right = constant_time_compare(known, submission.look_up_hash)
    return password if is_right and is_fresh(submission) else ""


@drafts.shown_only
def copy(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """The copy of the answers as PDF, for an hour after sending."""
    submission = sent_from(draft)
    if submission is None or not is_fresh(submission):
        raise Http404
    try:
        return copy_for(request, submission)
    except PdfError:
        return SeeOther(drafts.address("done", draft, query="nocopy=1"))


def copy_for(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The copy as a file; without its audit event it is not handed out."""
    content = copy_of(submission)
    record_event(
        "portal_forms.submission.downloaded",
        submission,
        action=AuditEvent.Action.DOWNLOAD,
        by=request.user if request.user.is_authenticated else None,
        ip=client_address(request),
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{submission.receipt}.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@drafts.posted_only
def sibling(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """Go on with a brother or sister: a new draft, what is shared filled in."""
    if drafts.belongs_to_another(request, draft):
        return drafts.ask_to_log_in(request, drafts.address("done", draft))
    submission = sent_from(draft)
    if submission is None or not may_continue(draft, submission):
        return SeeOther(reverse("form_start", args=[draft.version.form.slug]))
    other, other_key = continue_with_sibling(draft, submission)
    response = SeeOther(drafts.address("page", other, 1))
    return drafts.hand_over(response, other, other_key)


@drafts.with_draft
def leave_page(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """End here: after a question, nothing typed remains, here or on the server."""
    if request.method == "POST":
        if drafts.belongs_to_another(request, draft) and not draft.sent_at:
            return drafts.ask_to_log_in(request, drafts.address("leave", draft))
        end = "finished" if draft.sent_at else "left"
        leave(draft)
        response = SeeOther(f"{reverse('form_list')}?{end}=1")
        return drafts.take_back(response, draft)
    context = {"draft": draft, "draft_key": key, "document": document_of(draft)}
    context["is_sent"] = draft.sent_at is not None
    context["back"] = back_from_leaving(request, draft)
    return render(request, "forms/leave.html", context)


def back_from_leaving(request: HttpRequest, draft: Draft) -> str:
    """The page on which the button was pressed, or the review."""
    numbers = range(1, len(draft.version.document["pages"]) + 1)
    wanted = request.GET.get("page", "")
    for number in numbers:
        if wanted == str(number):
            return drafts.address("page", draft, number)
    return drafts.address("review", draft)
