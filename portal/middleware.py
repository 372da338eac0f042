"""What holds for every request, before and after the views."""

import base64
import hashlib
import json
import logging
import re
import traceback

from csp.middleware import HEADER, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import get_language_from_path

logger = logging.getLogger(__name__)

UNREADABLE = re.compile("[\x00\ud800-\udfff]")
PRIVATE_PATHS = ("/admin/", "/accounts/", "/forms/", "/status/", "/_util/")

SCRIPT = re.compile(rb"<script>(.*?)</script>", re.S)
# Wagtail 8.0.1 still writes these blocks into its pages. A block passes only if the
# whole of it is one of them, with options that parse as JSON; all else stays blocked.
WAGTAILS_OWN = re.compile(
    rb'\s*(?:init(?:Date|Time|DateTime)Chooser\("id_(?:[\w-]|\\u002D)+",'
    rb"\s*(?P<a>\{[^<>]*\})\);"
    rb'|create\w+Chooser\("id_[\w-]+"\);'
    rb'|new \w+Chooser\("id_[\w-]+",\s*(?P<b>\{[^<>]*\}|null)\);'
    rb"|\(function\(\) \{\s*var panel = new (?:Inline|MultipleChooser)Panel\("
    rb'JSON\.parse\("(?:\\u[0-9A-F]{4}|[^"\\<>])*"\)\);\s*\}\)\(\);)\s*'
)


class AnswerOutages:
    """A database that cannot be reached, is full or is locked: a 503 that says so.

    The page says in Japanese whether the thing was accepted, what to do and whom to
    call. Nothing was accepted: a receipt is only ever shown after the commit.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        logger.error("Database out of service: %s", type(exception).__name__)
        close_old_connections()
        return render(request, "503.html", status=503)


class RefuseUnreadableInput:
    """Addresses and query strings with NUL or half characters: a plain 400.

    PostgreSQL and the UTF-8 codec would answer them with an error of their own. What
    people type into forms is cleaned field by field instead, and nothing of it is lost.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Forms are read as UTF-8, whatever a client says: others hide half characters.
        request.encoding = "utf-8"
        values = [request.path_info, *request.GET, *request.COOKIES.values()]
        values += [value for key in request.GET for value in request.GET.getlist(key)]
        if any(UNREADABLE.search(value) for value in values):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_exception(self, request, exception):
        """What an editor's screen sent was cut off, or made without its script.

        Wagtail's blocks read what is posted as if it were always whole.
        """
        if request.method == "POST" and is_of_reading(exception):
            return render(request, "400_incomplete.html", status=400)
        return None


def is_of_reading(exception: Exception) -> bool:
    """Whether a posted value could not be read, before anything was done with it."""
    if not isinstance(exception, KeyError | ValueError | TypeError):
        return False
    frames = traceback.walk_tb(exception.__traceback__)
    return any(frame.f_code.co_name == "value_from_datadict" for frame, _line in frames)


class SpeakTheLanguageOfTheAddress:
    """The language stands in the address, or it is Japanese; no cookie, no guessing.

    So one address is one text for everybody, and a cache may keep it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class FrameFormsWhereAllowed:
    """Pages of forms may stand in a frame on the sites that the city names."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        allowed = settings.FORM_FRAME_ANCESTORS
        if allowed and request.path_info.startswith("/forms/"):
            response._csp_update = {"frame-ancestors": allowed}
            # The old header knows no list; every browser of today reads the policy.
            response.xframe_options_exempt = True
        return response


class KeepPrivatePagesPrivate:
    """Pages of a person, of staff and of a form are kept by no cache and no proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith(PRIVATE_PATHS) or self.is_for_a_person(request):
            response["Cache-Control"] = "no-store, private"
        return response

    @staticmethod
    def is_for_a_person(request) -> bool:
        user = getattr(request, "user", None)
        return user is not None and user.is_authenticated


def is_wagtails(block: bytes) -> bool:
    """Whether a script block of an admin page is wholly one that Wagtail writes."""
    match = WAGTAILS_OWN.fullmatch(block)
    if match is None:
        return False
    try:
        json.loads(match["a"] or match["b"] or b"null")
    except ValueError:
        return False
    return True


class ContentPolicy(CSPMiddleware):
    """The policy of the settings, worked out once where an answer has no other."""

    @cached_property
    def common(self) -> str:
        return build_policy()

    def process_response(self, request, response):
        has_own = any(name.startswith("_csp") for name in response.__dict__)
        if has_own or "_csp_nonce" in request.__dict__:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.common)
        return response


class AllowWagtailScripts:
    """Name Wagtail's own inline blocks in the content security policy, by digest."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = response.get("Content-Security-Policy", "")
        is_html = response.get("Content-Type", "").startswith("text/html")
        if not request.path_info.startswith("/admin/") or response.streaming:
            return response
        if not is_html or "default-src 'self'" not in policy:
            return response
        response["Content-Security-Policy"] = self.widened(policy, response)
        return response

    def widened(self, policy: str, response: HttpResponse) -> str:
        digests = {
            base64.b64encode(hashlib.sha256(block).digest()).decode()
            for block in SCRIPT.findall(response.content)
            if is_wagtails(block)
        }
        hashes = " ".join(f"'sha256-{digest}'" for digest in sorted(digests))
        return f"{policy}; script-src 'self' {hashes}".rstrip()
