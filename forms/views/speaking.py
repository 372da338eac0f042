"""The language of the pages after sending: as chosen, or as the form was filled in.

They are no pages of a tree with addresses by language, and no cache keeps them: the
choice stands in the address once, and then in the session of the one who looked
something up.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from home.languages import FIRST, NAMES, tag_of

CHOSEN = "status_language"


def asked(request: HttpRequest) -> str:
    """The language that this request asks for; empty where it asks for none."""
    wanted = request.POST.get("language") or request.GET.get("language", "")
    return wanted if wanted in NAMES else ""


def chosen(request: HttpRequest) -> str:
    """The language that the reader chose, now or before; else empty."""
    before = request.session.get(CHOSEN, "")
    return asked(request) or (before if before in NAMES else "")


def choose(request: HttpRequest, language: str) -> None:
    """Remember the language for the pages that follow, in this browser's session."""
    if language and request.session.get(CHOSEN) != language:
        request.session[CHOSEN] = language


def choices(current: str) -> list[tuple[str, str, str]]:
    """Code, tag and name of the languages to choose from, the current one among them.

    Those that the words of the portal are written in; a form may come in more.
    """
    codes = list(dict.fromkeys([*FIRST, current]))
    return [(code, tag_of(code), NAMES[code]) for code in codes]


def in_language_of_reader(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Answer in the language chosen, else in that of the submission, else in Japanese.

    *view* takes a request and may take the submission it is about.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        submission = args[0] if args else None
        if submission is not None and asked(request):
            choose(request, asked(request))
        filled_in = submission.language if submission is not None else ""
        language = chosen(request) or filled_in or settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return wrapped
