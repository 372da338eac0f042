"""The door to a draft: its secret key, from the cookie or from the form itself.

The cookie lets a browser look at the draft; it is limited to the draft's own address,
so two drafts in two tabs never meet. The same key stands hidden in each form: saving a
page is authorised by it alone, while nothing is shown or deleted but for the person
whom the draft belongs to. That is why the views are exempt from the CSRF check: the key
is a secret that no other site can know, and unlike the CSRF token it does not end with
the session, is not rotated by a login in another tab, and needs no cookie. So nothing
typed is lost when any of these happens in the middle of a form.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial, wraps
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from exchange.receiving import bound_uploads
from forms.languages import speaking
from forms.models import Draft, FormVersion
from forms.services import holds_key
from forms.services.following import (
    follow,
    is_behind,
    same_number,
    version_to_follow,
)
from forms.views.answering import SeeOther
from staff.prepared import Given, Prepared

logger = logging.getLogger(__name__)

COOKIE = "draft_key"


open_drafts = Prepared(
    lambda: Draft.objects.open(Given("now", Draft, "expires_at")).filter(
        uuid=Given("uuid", Draft, "uuid")
    )
)


def find_draft(slug: str, uuid, key: str) -> Draft:
    """The draft that this key opens; 404 for a wrong key as for no draft."""
    stored = open_drafts.stored(now=timezone.now(), uuid=uuid)
    draft = next(iter(open_drafts.read(stored)), None)
    if draft is None or not holds_key(draft, key):
        raise Http404
    draft.stored = stored
    draft.version = FormVersion.objects.kept(draft.version_id)
    if draft.version.form.slug != slug:
        raise Http404
    return draft


def address(name: str, draft: Draft, *args, query: str = "") -> str:
    """The address of a page of the draft."""
    slug = draft.version.form.slug
    path = reverse(f"form_{name}", args=[slug, draft.uuid, *args])
    return f"{path}?{query}" if query else path


def cookie_path(draft: Draft) -> str:
    return quote(f"/forms/{draft.version.form.slug}/{draft.uuid}/")


def hand_over(response: HttpResponse, draft: Draft, key: str) -> HttpResponse:
    """Give the browser the key, for this draft's pages only, until it is closed."""
    response.set_cookie(
        COOKIE,
        key,
        path=cookie_path(draft),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def take_back(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Let the browser forget the key, and every page that it still has at hand."""
    response.delete_cookie(COOKIE, path=cookie_path(draft), samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
    return response


def belongs_to_another(request: HttpRequest, draft: Draft) -> bool:
    """Whether the draft was begun by somebody who is not logged in now."""
    return bool(draft.owner_id) and draft.owner_id != request.user.pk


def ask_to_log_in(request: HttpRequest, path: str) -> HttpResponse:
    """To the login and back; what was typed waits in the draft.

    A draft begun after logging in is shown to that person only: on a shared computer
    the next one at the keyboard must not find it by going back.
    """
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(path)


def after_following(
    request: HttpRequest, draft: Draft, **kwargs
) -> HttpResponse | None:
    """Let the draft follow its form; then the same page, under its number there.

    None where it stays after all: another machine may know better than this one.
    """
    old, before = draft.version.document, draft.version_id
    draft = follow(draft)
    if draft.version_id == before:
        return None
    if "number" in kwargs and 1 <= kwargs["number"] <= len(old["pages"]):
        number = same_number(old, kwargs["number"], draft.version.document)
        return SeeOther(address("page", draft, number))
    return SeeOther(request.get_full_path())


def version_shown(request: HttpRequest, draft: Draft) -> FormVersion:
    """The version that a posted page was made of: the draft may have left it since."""
    number = request.POST.get("version", "")[:9]
    if not number.isdecimal() or int(number) == draft.version.number:
        return draft.version
    known = FormVersion.objects.filter(form=draft.version.form_id, number=number)
    return known.first() or draft.version


def with_draft(
    view: Callable[..., HttpResponse],
    methods: Sequence[str] = ("GET", "HEAD", "POST"),
) -> Callable[..., HttpResponse]:
    """Call *view* with the draft that the request's key opens.

    A POST passes for whoever holds the key: the view itself must show nothing to it.
    """

    @csrf_exempt
    @require_http_methods(methods)
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, uuid, **kwargs) -> HttpResponse:
        bound_uploads(request)
        if request.method != "POST":
            return look(request, slug, uuid, **kwargs)
        try:
            return take(request, slug, uuid, **kwargs)
        except (DatabaseError, InterfaceError, OSError) as error:
            return not_kept(request, error)

    def look(request: HttpRequest, slug: str, uuid, **kwargs) -> HttpResponse:
        key = request.COOKIES.get(COOKIE, "")
        draft = find_draft(slug, uuid, key)
        if belongs_to_another(request, draft):
            return ask_to_log_in(request, request.get_full_path())
        if is_behind(draft) and not draft.sent_at and version_to_follow(draft.version):
            moved = after_following(request, draft, **kwargs)
            if moved is not None:
                return moved
        with speaking(draft.language or settings.LANGUAGE_CODE):
            return view(request, draft, key, **kwargs)

    def take(request: HttpRequest, slug: str, uuid, **kwargs) -> HttpResponse:
        key = request.POST.get(COOKIE, "")
        draft = find_draft(slug, uuid, key)
        with speaking(draft.language or settings.LANGUAGE_CODE):
            response = view(request, draft, key, **kwargs)
        if COOKIE not in response.cookies:
            hand_over(response, draft, key)
        return response

    return wrapped


def not_kept(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database or the disk does not take it: nothing was accepted, nothing is lost.

    The page reads no database. It holds everything that was posted, and a button that
    posts it again.
    """
    logger.error("A form could not be kept: %s", type(error).__name__)
    close_old_connections()
    posted = [
        (name, f"\n{text}")  # browsers drop one line end at the start of a text area
        for name, texts in request.POST.lists()
        for text in texts
        if name != "save"
    ]
    context = {"posted": posted}
    return render(request, "forms/not_kept.html", context, status=503)


# For pages that only show: the key of the cookie, and the person it belongs to.
shown_only = partial(with_draft, methods=("GET", "HEAD"))
posted_only = partial(with_draft, methods=("POST",))
