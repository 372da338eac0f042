"""Before a form is filled in: the list, the start page, the link of an invitation."""

from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from forms.languages import in_language, language_choices
from forms.models import FormDefinition, Invitation
from forms.services import NotReceived, TooMany, refuse_flood, start_draft
from forms.services.invitations import invitation_of, is_good
from forms.services.windows import (
    message_for,
    number_text,
    settings_of,
    standing,
    window_of,
)
from forms.views import drafts
from forms.views.answering import SeeOther
from staff.services import client_address

INVITED = "invitation"
Access = FormDefinition.Access


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    """The forms that are open."""
    forms = FormDefinition.objects.open_to(request.user).select_related("window")
    context = {
        "forms": [(form, standing(form).state == "open") for form in forms],
        "has_finished": "finished" in request.GET,
        "has_left": "left" in request.GET,
        "has_kept": "kept" in request.GET,
    }
    return render(request, "forms/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What to know before beginning; the button makes a draft."""
    open_forms = FormDefinition.objects.open().select_related("window", "conduct")
    form = get_object_or_404(open_forms, slug=slug)
    invitation = invitation_for(request, form)
    if not invitation:
        if form.access == Access.PARTNER and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if form.access == Access.PARTNER and request.user.partner is None:
            raise Http404
        if form.access == Access.INVITED:
            return invitation_needed(request)
    document = form.latest_version().document
    languages = language_choices(document)
    language = chosen_language(request, languages)
    with translation.override(language or settings.LANGUAGE_CODE):
        if request.method == "POST":
            return begin(request, form, invitation, language)
        now = standing(form)
        if now.state != "open":
            return not_open(request, form, message_for(form.window, now.state))
        context = {
            "form": form,
            "document": in_language(document, language or settings.LANGUAGE_CODE),
            "languages": languages,
            "language": language or settings.LANGUAGE_CODE,
            "invitation": invitation,
            "draft_days": settings_of(form).draft_days,
            "window": window_of(form),
            "left": now.left and number_text(now.left),
        }
        return render(request, "forms/start.html", context)


def begin(
    request: HttpRequest,
    form: FormDefinition,
    invitation: Invitation | None,
    language: str,
) -> HttpResponse:
    """Make the draft, or say why not: not open, or begun too often from there."""
    by = request.user if request.user.is_authenticated else None
    try:
        if invitation is None:
            refuse_flood(form, by=by, address=client_address(request))
        draft, key = start_draft(
            form, by=by, query=request.GET, invitation=invitation, language=language
        )
    except NotReceived as refusal:
        return not_open(request, form, refusal.message, status=409)
    except TooMany as refusal:
        return not_open(request, form, refusal.message, status=429)
    response = SeeOther(drafts.address("page", draft, 1))
    return drafts.hand_over(response, draft, key)


def chosen_language(request: HttpRequest, languages: list[tuple[str, str]]) -> str:
    """The language asked for, if the form has it; else none."""
    wanted = request.POST.get("language") or request.GET.get("language", "")
    return wanted if wanted in dict(languages) else ""


def not_open(
    request: HttpRequest, form: FormDefinition, message: str, *, status: int = 200
) -> HttpResponse:
    """The form is known, but nobody can begin it now: why, and whom to ask."""
    context = {"form": form, "message": message}
    return render(request, "forms/not_open.html", context, status=status)


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the link for a cookie of the form, and go there at once.

    No page is ever shown under the link's own address, so no other page learns it as
    the one the reader came from. Opening the link uses nothing up: programs that look
    into mails open it too.
    """
    found = invitation_of(token)
    if found is None or not is_good(found) or not found.form.live:
        response = invitation_needed(request)
    else:
        response = HttpResponseRedirect(reverse("form_start", args=[found.form.slug]))
        response.set_cookie(
            INVITED,
            token,
            path=invitation_path(found.form),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response["Referrer-Policy"] = "no-referrer"
    response._has_been_logged = True  # the address is the secret: no log keeps it
    return response


def invitation_path(form: FormDefinition) -> str:
    return quote(f"/forms/{form.slug}/")


def invitation_for(request: HttpRequest, form: FormDefinition) -> Invitation | None:
    """The invitation that this browser was given for this form, while it is good."""
    found = invitation_of(request.COOKIES.get(INVITED, ""))
    is_for_it = found is not None and found.form_id == form.pk and is_good(found)
    return found if is_for_it else None


def invitation_needed(request: HttpRequest) -> HttpResponse:
    """One page for a link that is used up, over, revoked, unknown or not at hand."""
    return render(request, "forms/invitation_over.html", status=404)
