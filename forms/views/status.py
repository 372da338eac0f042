"""Looking up what was sent: by number and password, or after logging in."""

import hashlib

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from exchange.pdf import PdfError
from forms.answers import pages_of
from forms.models import Submission
from forms.services import look_up
from forms.views.files import file_of, hand_out_recorded
from forms.views.journey import copy_for
from staff.services import client_address, record_reading

TRIES = 10
WINDOW = 15 * 60
SHOWN = 100


class LookUpForm(forms.Form):
    """The two things that stand on the page after sending."""

    receipt = forms.CharField(
        label=_("Receipt number"),
        max_length=40,
        error_messages={"required": _("Enter the receipt number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 16}),
    )
    password = forms.CharField(
        label=_("Password for looking up"),
        max_length=80,
        error_messages={"required": _("Enter the password for looking up.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The state of one submission, in three words; for partners, the list of theirs."""
    context: dict[str, object] = {"look_up": LookUpForm()}
    if request.method == "POST":
        context |= answer_to(request)
    own = Submission.objects.sent_for(request.user).select_related("form")
    context["own"] = own[:SHOWN]
    context["is_partner"] = (
        request.user.is_authenticated and request.user.partner is not None
    )
    return render(request, "forms/status.html", context)


def answer_to(request: HttpRequest) -> dict[str, object]:
    """What to show for a number and a password; nothing tells which one was wrong."""
    form = LookUpForm(request.POST)
    if not form.is_valid():
        return {"look_up": form}
    tries = tries_key(request)
    if cache.get(tries, 0) >= TRIES:
        form.add_error(
            None,
            _(
                "There were too many attempts. Please wait 15 minutes, or call the"
                " office."
            ),
        )
        return {"look_up": form}
    typed = form.cleaned_data
    found = look_up(typed["receipt"], typed["password"])
    if found is None:
        cache.add(tries, 0, WINDOW)
        cache.incr(tries)
        form.add_error(
            None,
            _("The receipt number or the password is not right. Please check both."),
        )
        return {"look_up": form}
    return {"look_up": LookUpForm(), "found": found}


def tries_key(request: HttpRequest) -> str:
    """Where wrong attempts from one address are counted; the address is not kept."""
    digest = hashlib.sha256(client_address(request).encode()).hexdigest()
    return f"forms.look_up.{digest[:32]}"


def own_submission(request: HttpRequest, receipt: str) -> Submission:
    """A submission of the own school or group, or 404."""
    if request.user.partner is None:
        raise Http404
    own = Submission.objects.sent_for(request.user).select_related("form", "version")
    return get_object_or_404(own, receipt=receipt)


@login_required
@require_safe
def status_detail(request: HttpRequest, receipt: str) -> HttpResponse:
    """What the own school or group typed, read only; the look is recorded."""
    submission = own_submission(request, receipt)
    record_reading(request, submission)
    context = {"submission": submission, "pages": pages_of(submission)}
    return render(request, "forms/status_detail.html", context)


@login_required
@require_safe
def status_file(request: HttpRequest, receipt: str, file) -> HttpResponse:
    """A file that the own school or group sent."""
    return hand_out_recorded(request, file_of(own_submission(request, receipt), file))


@login_required
@require_safe
def status_copy(request: HttpRequest, receipt: str) -> HttpResponse:
    """The same as a paper."""
    submission = own_submission(request, receipt)
    try:
        return copy_for(request, submission)
    except PdfError as error:
        record_reading(request, submission)
        context = {"submission": submission, "pages": pages_of(submission)}
        context["copy_failed"] = str(error)
        return render(request, "forms/status_detail.html", context, status=503)
