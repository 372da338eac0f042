"""The public API: the routers of the apps, joined; errors as problem+json."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer

from exchange.problems import Problem, Refusal
from forms.api import router as forms
from portal.api_manners import problem
from programs.api import router as programme


class ReadableJSON(JSONRenderer):
    """Japanese as it is, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


DESCRIPTION = """
公開している情報（サービス、拠点、開所日、緊急のお知らせ、お知らせ）をJSONで読めます。
登録も鍵も要りません。例：

* 拠点の一覧　`/api/v1/sites`
* ある月の開所日　`/api/v1/sites/enmusubi/opening-days?from=2026-10-01&to=2026-10-31`

すべての回答に `ETag` がつきます。次に読むときに `If-None-Match` で送ると、
変わっていなければ `304` を返します。長い一覧は `limit` と `offset` で区切って読み、
続きの場所は `Link` に、全部の件数は `X-Total-Count` に出ます。
誤りはどれも `application/problem+json`（RFC 9457）です。
"""


class PublicAPI(NinjaAPI):
    """An API whose description tells of refusals as they are."""

    def get_openapi_schema(self, **kwargs):
        """Each operation may answer 400; every refusal is a problem.

        A key that asks too often is told how long to wait.
        """
        schema = super().get_openapi_schema(**kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"].setdefault(400, PROBLEM_RESPONSE)
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        told = content.pop("application/json")
                        content["application/problem+json"] = told
                    if int(status) == 429:
                        response["headers"] = {"Retry-After": RETRY_AFTER}
        schema["components"]["schemas"].setdefault("Problem", Problem.json_schema())
        return schema


# How ninja begins what it says of a body that is no JSON.
NO_JSON = "Cannot parse request body"
RETRY_AFTER = {
    "description": "この秒数を待ってから、同じものを送ってください。",
    "schema": {"type": "integer", "minimum": 1},
}
PROBLEM_RESPONSE = {
    "description": "Bad Request",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    },
}

api = PublicAPI(
    title="居場所（Ibasho） 公開API",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-1",
    renderer=ReadableJSON(),
)
api.add_router("", programme)
api.add_router("", forms)


def nothing(request: HttpRequest) -> HttpResponse:
    """What stands under the API's address and is no part of it."""
    return problem(404, _("There is nothing at this address."))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return nothing(request)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    title = str(error)
    if title.startswith(NO_JSON):
        title = _("What was sent could not be read. Send JSON in UTF-8.")
    return problem(error.status_code, title)


@api.exception_handler(Refusal)
def explained(request: HttpRequest, error: Refusal) -> HttpResponse:
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
        {"pointer": "/".join(map(str, entry["loc"])), "detail": in_words(entry["type"])}
        for entry in error.errors
    ]
    title = _("What was sent could not be read. Mind the fields named here.")
    return problem(422, title, errors=errors)


def in_words(kind: str) -> str:
    """What is wrong with a value, by the kind of the error."""
    if kind == "missing":
        return _("This is needed.")
    if kind.startswith("date"):
        return _("Give a date such as 2026-12-01.")
    if kind.startswith(("greater", "less")):
        return _("This number is out of bounds.")
    if kind.startswith("int"):
        return _("Give a whole number.")
    return _("This cannot be read.")
