"""What the sender may know and do after sending: state, questions, replies, the end.

By number and password one submission is opened for a quarter of an hour, in this
browser alone; the answers are not shown again. Schools and groups that have logged in
see all they sent. What became of the family is told to neither. The pages go on in the
language in which the form was filled in; a question of the city stays in its own words.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from exchange.pdf import PdfError
from exchange.receiving import bound_uploads, refused_files
from forms.answers import pages_of
from forms.forms.text import refuse_length, refuse_unreadable, tidy
from forms.forms.uploads import hint_of
from forms.languages import in_language
from forms.models import Submission, SubmissionMessage
from forms.services import look_up, mark_read, reply, withdraw
from forms.services.look_up import guessed_too_often, note_wrong_guess
from forms.services.messages import LONGEST, REPLY_LIMITS, may_reply, may_withdraw
from forms.views.answering import SeeOther
from forms.views.files import file_of, hand_out_recorded
from forms.views.receipt import copy_for
from forms.views.speaking import (
    CHOSEN,
    asked,
    choices,
    choose,
    chosen,
    in_language_of_reader,
)
from staff.services import client_address, record_reading

OPEN_FOR = timedelta(minutes=15)
LOOKED_UP = "looked_up"
SHOWN = 100


class LookUpForm(forms.Form):
    """The two things that stand on the page after sending."""

    receipt = forms.CharField(
        label=gettext_lazy("Receipt number"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the receipt number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 16}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password for looking up"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter the password for looking up.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_language_of_reader
def status(request: HttpRequest) -> HttpResponse:
    """The way in: number and password, and for partners the list of what they sent."""
    form = LookUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        found = found_by(request, form)
        if found is not None:
            open_for_a_while(request, found)
            choose(request, chosen(request) or found.language)
            return SeeOther(reverse("status_detail", args=[found.receipt]))
    is_partner = request.user.is_authenticated and request.user.partner is not None
    context = {
        "look_up": form,
        **own_list(request),
        "is_partner": is_partner,
        "is_over": "over" in request.GET,
        "is_ended": "ended" in request.GET,
        "languages": choices(translation.get_language()),
        "chosen": chosen(request),
    }
    return render(request, "forms/status.html", context)


def own_list(request: HttpRequest) -> dict[str, object]:
    """What the own school or group sent, the newest first; and where older ones are."""
    own = Submission.objects.sent_for(request.user)
    before = own.filter(receipt=request.GET.get("before", "")[:20]).first()
    if before is not None:
        own = own.filter(pk__lt=before.pk)
    rows = own.with_title(translation.get_language()).defer("answers")
    found = list(rows[: SHOWN + 1])
    older = found[SHOWN - 1].receipt if len(found) > SHOWN else ""
    return {"own": found[:SHOWN], "older": older, "is_older": before is not None}


def found_by(request: HttpRequest, form: LookUpForm) -> Submission | None:
    """What number and password open; nothing tells which one of them was wrong."""
    if not form.is_valid():
        return None
    typed, address = form.cleaned_data, client_address(request)
    if guessed_too_often(typed["receipt"], address):
        form.add_error(
            None,
            _(
                "There were too many attempts. Please wait 15 minutes, or call the"
                " office."
            ),
        )
        return None
    found = look_up(typed["receipt"], typed["password"])
    if found is None:
        note_wrong_guess(typed["receipt"], address)
        form.add_error(
            None,
            _("The receipt number or the password is not right. Please check both."),
        )
    return found


def open_for_a_while(request: HttpRequest, submission: Submission) -> None:
    """Let this browser see the thread of one submission, for a quarter of an hour."""
    request.session.cycle_key()
    opened = {"receipt": submission.receipt, "until": end_of_look().timestamp()}
    request.session[LOOKED_UP] = opened


def end_of_look():
    return timezone.now() + OPEN_FOR


def looked_up(request: HttpRequest, receipt: str) -> Submission | None:
    """The submission that this browser gave number and password for, a while ago."""
    opened = request.session.get(LOOKED_UP) or {}
    if opened.get("receipt") != receipt:
        return None
    if opened.get("until", 0) < timezone.now().timestamp():
        del request.session[LOOKED_UP]
        return None
    request.session[LOOKED_UP] = {**opened, "until": end_of_look().timestamp()}
    found = Submission.objects.select_related("form", "version")
    return found.filter(receipt=receipt, anonymised_at=None).first()


def own_submission(request: HttpRequest, receipt: str) -> Submission | None:
    """A submission of the own school or group."""
    if not request.user.is_authenticated or request.user.partner is None:
        return None
    own = Submission.objects.sent_for(request.user).select_related("form", "version")
    return own.filter(receipt=receipt).first()


def as_sender(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call *view* with a submission of the own school or group, or one looked up.

    Hidden and missing are the same 404; who is not logged in is led to the way in.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, receipt: str, **kwargs) -> HttpResponse:
        own = own_submission(request, receipt)
        submission = own or looked_up(request, receipt)
        if submission is None:
            if request.user.is_authenticated:
                raise Http404
            return SeeOther(reverse("status") + "?over=1")
        return in_language_of_reader(view)(
            request, submission, is_own=own is not None, **kwargs
        )

    return wrapped


@require_safe
@as_sender
def status_detail(
    request: HttpRequest, submission: Submission, *, is_own: bool
) -> HttpResponse:
    """State and thread; to the own school or group also what they sent."""
    return show(request, submission, is_own=is_own)


def show(
    request: HttpRequest, submission: Submission, *, is_own: bool, **more
) -> HttpResponse:
    """The page of one submission, for its sender; what is opened is recorded."""
    if is_own:
        record_reading(request, submission)
    mark_read(submission, reader=SubmissionMessage.Side.SENDER)
    language = translation.get_language()
    context = {
        "submission": submission,
        "title": in_language(submission.version.document, language)["title"],
        "languages": choices(language),
        "is_own": is_own,
        "pages": pages_of(submission, language) if is_own else [],
        "thread": submission.messages.prefetch_related("attachments"),
        "may_reply": may_reply(submission),
        "may_withdraw": may_withdraw(submission),
        "token": request.POST.get("token") or secrets.token_urlsafe(24),
        "limits": hint_of(REPLY_LIMITS),
        "was_sent": "sent" in request.GET,
        "was_withdrawn": "withdrawn" in request.GET and not may_withdraw(submission),
        **more,
    }
    if context["may_reply"] or context.get("typed"):
        context["switch_form"] = ""
    return render(request, "forms/status_detail.html", context)


@csrf_exempt
def status_reply(request: HttpRequest, receipt: str) -> HttpResponse:
    """The sender's reply. Files come in bounded, so the check of CSRF comes after."""
    bound_uploads(request)
    return receive_reply(request, receipt=receipt)


@csrf_protect
@require_POST
@as_sender
def receive_reply(
    request: HttpRequest, submission: Submission, *, is_own: bool
) -> HttpResponse:
    """Take the reply in, or show the page again with what was written."""
    typed, at = tidy(request.POST.get("text", "")), "files"
    if asked(request):
        # Only the language was chosen: what is written goes on in it, unsent.
        return show(request, submission, is_own=is_own, typed=typed)
    try:
        refuse_bad_files(request)
        at = "text"
        refuse_bad_text(typed)
        at = "files" if request.FILES else "text"
        reply(
            submission,
            typed,
            request.FILES.getlist("files"),
            token=request.POST.get("token", "")[:60] or secrets.token_urlsafe(24),
            by=request.user if request.user.is_authenticated else None,
        )
    except ValidationError as refusal:
        refused = refusal.messages
        told = {"refused": refused, "refused_at": at, "typed": typed}
        return show(request, submission, is_own=is_own, **told)
    path = reverse("status_detail", args=[submission.receipt])
    return SeeOther(f"{path}?sent=1#thread")


def refuse_bad_files(request: HttpRequest) -> None:
    """Refuse a reply with a file that is too much."""
    for passed in refused_files(request):
        raise ValidationError(
            _("“%(name)s” was not taken: %(reason)s")
            % {"name": passed.name, "reason": passed.reason}
        )


def refuse_bad_text(typed: str) -> None:
    """Refuse a reply without words, or with too many."""
    if not typed.strip():
        raise ValidationError(_("Write your reply. Files alone cannot be sent."))
    refuse_unreadable(_("Reply"), typed)
    refuse_length(_("Reply"), typed, LONGEST)


@require_http_methods(["GET", "HEAD", "POST"])
@as_sender
def status_withdraw(
    request: HttpRequest, submission: Submission, *, is_own: bool
) -> HttpResponse:
    """Take back what was sent, after a question."""
    page = reverse("status_detail", args=[submission.receipt])
    typed, refused = tidy(request.POST.get("reason", "")), []
    if request.method == "POST":
        try:
            refuse_unreadable(_("Reason"), typed)
            refuse_length(_("Reason"), typed, 500)
            by = request.user if request.user.is_authenticated else None
            withdraw(submission, typed, by=by)
            return SeeOther(f"{page}?withdrawn=1")
        except ValidationError as refusal:
            refused = refusal.messages
    elif not may_withdraw(submission):
        return SeeOther(page)
    context = {"submission": submission, "refused": refused, "typed": typed}
    context["switch_form"] = ""
    return render(request, "forms/status_withdraw.html", context)


@require_POST
def status_end(request: HttpRequest) -> HttpResponse:
    """Close the look-up in this browser."""
    request.session.pop(LOOKED_UP, None)
    language = request.session.pop(CHOSEN, "")
    query = f"&language={language}" if language else ""
    return SeeOther(f"{reverse('status')}?ended=1{query}")


@require_safe
@as_sender
def status_file(
    request: HttpRequest, submission: Submission, *, is_own: bool, file
) -> HttpResponse:
    """A file that the own school or group sent; by number and password, a reply's."""
    attachment = file_of(submission, file)
    if not is_own and attachment.message_id is None:
        raise Http404
    return hand_out_recorded(request, attachment)


@login_required
@require_safe
def status_copy(request: HttpRequest, receipt: str) -> HttpResponse:
    """What the own school or group typed, as a paper."""
    submission = own_submission(request, receipt)
    if submission is None:
        raise Http404
    try:
        return copy_for(request, submission)
    except PdfError as error:
        response = show(request, submission, is_own=True, copy_failed=str(error))
        response.status_code = 503
        return response
