"""The public API: the routers of the apps, joined; errors as problem+json."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer

from exchange.problems import Problem
from forms.api import router as forms
from programs.api import router as programme


class ReadableJSON(JSONRenderer):
    """Japanese as it is, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Ibasho", version="1", urls_namespace="api-1", renderer=ReadableJSON()
)
api.add_router("", programme)
api.add_router("", forms)


def problem(status: int, title: str, **members) -> HttpResponse:
    """An answer after RFC 9457."""
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, **members},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def nothing(request: HttpRequest) -> HttpResponse:
    """What stands under the API's address and is no part of it."""
    return problem(404, _("There is nothing at this address."))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return nothing(request)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


@api.exception_handler(Problem)
def explained(request: HttpRequest, error: Problem) -> HttpResponse:
    answer = problem(error.status_code, str(error), **error.members)
    for name, value in error.headers.items():
        answer[name] = value
    return answer


@api.exception_handler(AuthenticationError)
def unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    title = _("Send the key of your school or group: Authorization: Bearer ibk_…")
    answer = problem(401, title)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the places that could not be read, never their values."""
    errors = [
        {"pointer": "/".join(map(str, entry["loc"])), "detail": entry["type"]}
        for entry in error.errors
    ]
    title = _("What was sent could not be read. Mind the fields named here.")
    return problem(422, title, errors=errors)
