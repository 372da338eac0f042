"""The door to a draft: its secret key, from the cookie or from the form itself.

The cookie lets a browser look at the draft; it is limited to the draft's own address,
so two drafts in two tabs never meet. The same key stands hidden in each form: saving a
page is authorised by it alone, while nothing is shown or deleted but for the person
whom the draft belongs to. That is why the views are exempt from the CSRF check: the key
is a secret that no other site can know, and unlike the CSRF token it does not end with
the session, is not rotated by a login in another tab, and needs no cookie. So nothing
typed is lost when any of these happens in the middle of a form.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from exchange.receiving import bound_uploads
from forms.models import Draft
from forms.services import holds_key

COOKIE = "draft_key"


def find_draft(slug: str, uuid, key: str) -> Draft:
    """The draft that this key opens; 404 for a wrong key as for no draft."""
    drafts = Draft.objects.open().select_related("version__form")
    draft = drafts.filter(uuid=uuid, version__form__slug=slug).first()
    if draft is None or not holds_key(draft, key):
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
    """Let the browser forget the key."""
    response.delete_cookie(COOKIE, path=cookie_path(draft), samesite="Lax")
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


def with_draft(
    view: Callable[..., HttpResponse], methods: Sequence[str] = ("GET", "HEAD", "POST")
) -> Callable[..., HttpResponse]:
    """Call *view* with the draft that the request's key opens.

    A POST passes for whoever holds the key: the view itself must show nothing to it.
    """

    @csrf_exempt
    @require_http_methods(methods)
    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, uuid, **kwargs) -> HttpResponse:
        is_post = request.method == "POST"
        bound_uploads(request)
        given = request.POST if is_post else request.COOKIES
        key = given.get(COOKIE, "")
        draft = find_draft(slug, uuid, key)
        if not is_post and belongs_to_another(request, draft):
            return ask_to_log_in(request, request.get_full_path())
        response = view(request, draft, key, **kwargs)
        if is_post and COOKIE not in response.cookies:
            hand_over(response, draft, key)
        return response

    return wrapped


# For pages that only show: the key of the cookie, and the person it belongs to.
shown_only = partial(with_draft, methods=("GET", "HEAD"))
