"""What holds for every answer under ``/api/`` and ``/opendata/``.

Errors are ``application/problem+json``, whoever made them. What is public carries an
ETag, is asked about again each time, and may be read from the origins that the city
names. Nothing of it depends on who is logged in.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

UNDER = ("/api/", "/opendata/")
PROBLEM = "application/problem+json"
# Forms are sent by partners with a key, from server to server: no browser reads them.
PUBLIC = re.compile(r"/api/v1/(?!forms|submissions)|/api/v3/pages/|/opendata/")
READING = ("GET", "HEAD")


def problem(status: int, title: str, **members) -> HttpResponse:
    """An answer after RFC 9457."""
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, **members},
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )


def title_of(status: int) -> str:
    """A sentence for an error that nobody gave one."""
    titles = {
        400: _("The address or what was sent cannot be read."),
        401: _("This needs a key."),
        403: _("This may not be done."),
        404: _("There is nothing at this address."),
        405: _("This address does not take this method."),
        413: _("What was sent is too large."),
        503: _("The portal is out of service for the moment. Please ask again later."),
    }
    return titles.get(status) or (
        titles[400] if status < 500 else _("Something went wrong. It was written down.")
    )


class ApiManners:
    """One way to behave for all machine-readable answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(UNDER):
            return self.get_response(request)
        origin = allowed_origin(request)
        if request.method == "OPTIONS" and origin:
            response = HttpResponse(status=204)
        else:
            response = self.answer(request)
        if origin:
            let_read(response, origin)
        return response

    def answer(self, request: HttpRequest) -> HttpResponse:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # a view for GET answers it; only the body is cut
        response = self.get_response(request)
        if response.status_code >= 400:
            response = as_problem(request, response)
        elif request.method == "GET" and PUBLIC.match(request.path_info):
            response["Cache-Control"] = "public, max-age=0, must-revalidate"
            known = ConditionalGetMiddleware(lambda _request: response)
            response = known(request)
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        if is_head:
            request.method = "HEAD"
            if not response.streaming:
                length = str(len(response.content))
                response.content = b""
                response["Content-Length"] = length
        return response


def as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same refusal in the one shape; what is one already stays."""
    is_page = request.path_info == "/opendata/"
    if is_page or response.get("Content-Type", "").startswith(PROBLEM):
        return response
    told = problem(response.status_code, title_of(response.status_code))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response:
            told[name] = response[name]
    return told


def allowed_origin(request: HttpRequest) -> str:
    """The origin that may read this; empty for none."""
    origin = request.headers.get("Origin", "")
    wanted = request.method
    if wanted == "OPTIONS":
        wanted = request.headers.get("Access-Control-Request-Method", "")
    if not origin or wanted not in READING or not PUBLIC.match(request.path_info):
        return ""
    if "*" in settings.API_CORS_ORIGINS:
        return "*"
    return origin if origin in settings.API_CORS_ORIGINS else ""


def let_read(response: HttpResponse, origin: str) -> None:
    """Tell a browser that pages of this origin may read the answer, without cookies."""
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Allow-Methods"] = "GET, HEAD"
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag, Link, X-Total-Count"
    response["Access-Control-Max-Age"] = "600"
    patch_vary_headers(response, ["Origin"])
