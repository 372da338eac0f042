"""Filling in a form: start, pages, review, receipt. Every step is POST and redirect.

Nothing here needs JavaScript, and nothing typed is ever only in the browser: each step
is kept in the draft, valid or not, before anything is said about it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from exchange.pdf import PdfError
from forms.answers import Reading, pages_in_words
from forms.documents import copy_of
from forms.forms.bound import BoundField, bind_page, faults_of, known_answers
from forms.forms.controls import control_of
from forms.forms.uploads import refused
from forms.models import Draft, FormDefinition, Submission
from forms.services import (
    IncompleteAnswers,
    leave,
    look_up_password,
    read_draft,
    save_page,
    sent_from,
    start_draft,
    submit,
)
from forms.services.files import places_of
from forms.views import drafts
from forms.views.files import stays_for_files, take_files
from staff.models import AuditEvent
from staff.services import client_address, record_event

COPY_FOR = timedelta(minutes=60)


class SeeOther(HttpResponseRedirect):
    """After a POST: look there with GET, whatever the browser's age."""

    status_code = 303


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    """The forms that are open."""
    forms = FormDefinition.objects.open_to(request.user)
    return render(
        request,
        "forms/list.html",
        {"forms": forms, "has_left": "left" in request.GET},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What to know before beginning; the button makes a draft."""
    form = get_object_or_404(FormDefinition.objects.open(), slug=slug)
    if form.access == FormDefinition.Access.PARTNER:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.partner is None:
            raise Http404
    if request.method == "POST":
        by = request.user if request.user.is_authenticated else None
        draft, key = start_draft(form, by=by, query=request.GET)
        response = SeeOther(drafts.address("page", draft, 1))
        return drafts.hand_over(response, draft, key)
    document = form.latest_version().document
    return render(request, "forms/start.html", {"form": form, "document": document})


@drafts.with_draft
def page(request: HttpRequest, draft: Draft, key: str, number: int) -> HttpResponse:
    """One page of questions."""
    if sent_from(draft):
        return SeeOther(drafts.address("done", draft, query="again=1"))
    pages = draft.version.document["pages"]
    if not 1 <= number <= len(pages):
        raise Http404
    this = pages[number - 1]
    if request.method == "POST":
        not_taken = take_files(request, draft, this)
        draft = save_page(draft, this, request.POST, not_taken)
        return SeeOther(after_page(request, draft, this, number))
    reading = read_draft(draft)
    if this["key"] not in reading.asked:
        return SeeOther(next_address(draft, reading, number))
    return render_page(request, draft, key, number, reading)


def after_page(request: HttpRequest, draft: Draft, this: Mapping, number: int) -> str:
    """Where to go once a page is kept; the way back never asks for anything."""
    if drafts.belongs_to_another(request, draft):
        # Not even which page comes next: that would tell an answer.
        return redirect_to_login(drafts.address("page", draft, number)).url
    return page_after_saving(request, draft, this, number)


def page_after_saving(
    request: HttpRequest, draft: Draft, this: Mapping, number: int
) -> str:
    reading = read_draft(draft)
    if stays_for_files(request):
        return here_again(request, draft, number)
    if "leave" in request.POST:
        return drafts.address("leave", draft, query=f"page={number}")
    if "back" in request.POST:
        return previous_address(draft, reading, number)
    new = newly_asked(request, draft, this, reading)
    stay = pressed_inside(request, this)
    if stay:
        asked = [("new", key) for key in new]
        if "review" in request.POST.getlist("from"):
            asked.append(("from", "review"))
        return f"{drafts.address('page', draft, number, query=urlencode(asked))}#{stay}"
    wrong = [f for f in this["fields"] if reading.is_wrong(f)]
    query = [("new", key) for key in new]
    if any(field["key"] not in new for field in wrong):
        query.append(("check", "1"))
    if "review" in request.POST.getlist("from"):
        query_back = [*query, ("from", "review")]
        if query:
            return drafts.address("page", draft, number, query=urlencode(query_back))
        return drafts.address("review", draft)
    if query:
        return drafts.address("page", draft, number, query=urlencode(query))
    return next_address(draft, reading, number)


def pressed_inside(request: HttpRequest, this: Mapping) -> str:
    """Where on the same page to go on: a row was added, an address filled in, …"""
    places = (control_of(f).stay(f, request.POST) for f in this["fields"])
    return next(filter(None, places), "")


def here_again(request: HttpRequest, draft: Draft, number: int) -> str:
    """The same page, where a button inside it was pressed; nothing else is judged."""
    query = [("files", "1")]
    if "review" in request.POST.getlist("from"):
        query.append(("from", "review"))
    path = drafts.address("page", draft, number, query=urlencode(query))
    return f"{path}#files"


def newly_asked(
    request: HttpRequest, draft: Draft, this: Mapping, reading: Reading
) -> list[str]:
    """Questions that this very POST called up, so that nobody has seen them yet.

    Without JavaScript they were hidden: they are shown now, with a friendly note, and
    not as an error. ``…-shown`` says that the browser had them in sight.
    """
    bound = bind_page(this, draft.answers, reading.asked, {}, {}, reading)
    return [
        item.field["key"]
        for item in bound
        if item.is_conditional
        and item.is_asked
        and item.control.is_empty(item.typed)
        and (item.control.is_typed or item.field["type"] in ("urgent", "file"))
        and request.POST.get(item.shown_name) != "1"
    ]


def asked_numbers(draft: Draft, reading: Reading) -> list[int]:
    """The numbers of the pages that are asked."""
    pages = draft.version.document["pages"]
    return [n for n, page in enumerate(pages, 1) if page["key"] in reading.asked]


def next_address(draft: Draft, reading: Reading, number: int) -> str:
    later = [n for n in asked_numbers(draft, reading) if n > number]
    if later:
        return drafts.address("page", draft, later[0])
    return drafts.address("review", draft)


def previous_address(draft: Draft, reading: Reading, number: int) -> str:
    earlier = [n for n in asked_numbers(draft, reading) if n < number]
    return drafts.address("page", draft, earlier[-1] if earlier else number)


def render_page(
    request: HttpRequest, draft: Draft, key: str, number: int, reading: Reading
) -> HttpResponse:
    this = draft.version.document["pages"][number - 1]
    new = set(request.GET.getlist("new"))
    errors = {}
    if "check" in request.GET:
        errors = {k: text for k, text in reading.errors.items() if k not in new}
    elif "files" in request.GET:
        errors = {k: reading.errors[k] for k in refused_here(draft, this, reading)}
    items = bind_page(
        this, draft.answers, reading.asked, errors, reading.parts, reading
    )
    numbers = asked_numbers(draft, reading)
    return render(
        request,
        "forms/page.html",
        {
            "draft": draft,
            "draft_key": key,
            "document": draft.version.document,
            "page": this,
            "items": [item for item in items if item.field["type"] != "urgent"],
            "urgent": [item for item in items if item.field["type"] == "urgent"],
            "wrong": faults_of(items),
            "new": [item for item in items if item.field["key"] in new],
            "step": numbers.index(number) + 1,
            "steps": len(numbers),
            "has_previous": numbers[0] != number,
            "from_review": request.GET.get("from") == "review",
            "known_json": json.dumps(known_answers(items, reading.values)),
            "has_files": bool(places_of(this, draft.answers)),
        },
    )


def refused_here(draft: Draft, page: Mapping, reading: Reading) -> list[str]:
    """The questions of a page whose files could not be taken."""
    return [
        place.control
        for place in places_of(page, draft.answers)
        if place.control in reading.errors
        and refused(place.answers.get(place.field["key"]))
    ]


@drafts.with_draft
def review(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """All answers to look over; the button sends them."""
    if request.method == "POST":
        return send(request, draft, key)
    if sent_from(draft):
        return SeeOther(drafts.address("done", draft, query="again=1"))
    return render_review(request, draft, key)


def render_review(
    request: HttpRequest, draft: Draft, key: str, refused: Sequence[str] = ()
) -> HttpResponse:
    document, reading = draft.version.document, read_draft(draft)
    numbers = asked_numbers(draft, reading)
    pages = pages_in_words(document, reading.values, reading.asked)
    wrong = [
        item
        for number in numbers
        for item in bound_errors(document["pages"][number - 1], draft, reading, number)
    ]
    return render(
        request,
        "forms/review.html",
        {
            "draft": draft,
            "draft_key": key,
            "document": document,
            "pages": pages,
            "errors": reading.errors,
            "wrong": wrong,
            "urgent": urgent_notices(document, reading),
            "last": numbers[-1] if numbers else 1,
            "refused": refused,
        },
    )


def bound_errors(
    page: Mapping, draft: Draft, reading: Reading, number: int
) -> list[tuple[int, BoundField]]:
    items = bind_page(
        page, draft.answers, reading.asked, reading.errors, reading.parts, reading
    )
    return [(number, item) for item in faults_of(items)]


def urgent_notices(document: Mapping, reading: Reading) -> list[BoundField]:
    """The emergency notices that these answers call for."""
    return [
        BoundField(field, "")
        for page in document["pages"]
        for field in page["fields"]
        if field["type"] == "urgent" and field["key"] in reading.asked
    ]


def send(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """Receive the answers. The receipt is only shown by the page after the commit."""
    if drafts.belongs_to_another(request, draft):
        return drafts.ask_to_log_in(request, drafts.address("review", draft))
    if sent_from(draft):
        return SeeOther(drafts.address("done", draft, query="again=1"))
    try:
        submit(draft, key=key)
    except IncompleteAnswers as refusal:
        for number, page in enumerate(draft.version.document["pages"], 1):
            if any(refusal.reading.is_wrong(f) for f in page["fields"]):
                where = drafts.address(
                    "page", draft, number, query="check=1&from=review"
                )
                return SeeOther(where)
        raise
    except ValidationError as refusal:
        # Whoever was to take it in could not: nothing was received, all is kept.
        return render_review(request, draft, key, refused=refusal.messages)
    return SeeOther(drafts.address("done", draft))


@drafts.shown_only
def done(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """The receipt: its number for good, the password and the copy for an hour."""
    submission = sent_from(draft)
    if submission is None:
        return SeeOther(drafts.address("review", draft))
    is_fresh = timezone.now() - submission.submitted_at < COPY_FOR
    document = submission.version.document
    return render(
        request,
        "forms/done.html",
        {
            "draft": draft,
            "draft_key": key,
            "submission": submission,
            "document": document,
            "password": look_up_password(key) if is_fresh else "",
            "is_again": "again" in request.GET,
            "copy_failed": "nocopy" in request.GET,
        },
    )


@drafts.shown_only
def copy(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """The copy of the answers as PDF, for an hour after sending."""
    submission = sent_from(draft)
    if submission is None or timezone.now() - submission.submitted_at >= COPY_FOR:
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


@drafts.with_draft
def leave_page(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """End here: after a question, nothing typed remains, here or on the server."""
    if request.method == "POST":
        if drafts.belongs_to_another(request, draft) and not sent_from(draft):
            return drafts.ask_to_log_in(request, drafts.address("leave", draft))
        leave(draft)
        response = SeeOther(reverse("form_list") + "?left=1")
        return drafts.take_back(response, draft)
    context = {"draft": draft, "draft_key": key, "document": draft.version.document}
    context["is_sent"] = sent_from(draft) is not None
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
