"""Wagtail's own API for pages, version 3: what is published, read only, by nobody.

Wagtail's preview has 37 addresses: images and documents as they were uploaded, writing
by token, revisions, drafts. Three of them are opened here, for GET, and no log-in, no
token and no draft gets through.
"""

import json

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.translation import gettext as _
from wagtail.api.v3.urls import api as wagtail_api
from wagtail.models import Page

from portal.api_manners import problem
from programs.models import SitePage

NEVER = ("version", "token")


def hidden_pages():
    """Pages that are live and yet not for the public: those of hidden sites."""
    return SitePage.objects.filter(site__is_public=False)


def opened(view, request: HttpRequest, *args, **kwargs) -> HttpResponse:
    """Ask Wagtail as somebody who has neither session nor token."""
    if request.method != "GET":
        refusal = problem(405, _("This address does not take this method."))
        refusal["Allow"] = "GET, HEAD"
        return refusal
    request.user = AnonymousUser()
    request.META.pop("HTTP_AUTHORIZATION", None)
    request.__dict__.pop("headers", None)
    if any(name in request.GET for name in NEVER):
        return problem(400, _("Only what is published can be read here."))
    response = view(request, *args, **kwargs)
    if response.status_code == 200:
        keep_public(response)
    return response


def keep_public(response: HttpResponse) -> None:
    """Take out what Wagtail would tell beside the published: parents, hidden sites."""
    told = json.loads(response.content)
    hidden = set(hidden_pages().values_list("pk", flat=True))
    if "items" in told:
        told["items"] = [each for each in told["items"] if each["id"] not in hidden]
    elif told.get("id") in hidden:
        raise Http404
    for name in ("parent", "alias_of"):
        above = told.get("meta", {}).get(name)
        if above and not Page.objects.live().public().filter(pk=above["id"]).exists():
            told["meta"][name] = None
    response.content = json.dumps(told, ensure_ascii=False).encode()


wagtail_urls = wagtail_api.urls
VIEWS = {pattern.name: pattern.callback for pattern in wagtail_urls[0]}


def door(url_name: str):
    """The view behind one of Wagtail's addresses."""
    view = VIEWS[url_name]

    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return opened(view, request, *args, **kwargs)

    return guarded


def closed(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    return problem(404, _("There is nothing at this address."))


urlpatterns = [
    path("api/v3/pages/", door("list_pages"), name="pages_api"),
    path("api/v3/pages/find/", door("find_page")),
    path("api/v3/pages/<int:page_id>/", door("detail_page")),
    re_path(r"^api/v3/", closed),
    # Wagtail looks its own addresses up by name; what stands above answers them all.
    path("api/v3/", wagtail_urls),
]
