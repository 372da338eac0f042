"""Whole public pages, kept in each web process and answered before Django is asked.

A page is kept only if all of these agree: the request (GET, nobody logged in, an
address and a query that the public uses), ``OfferPublicPages`` inside Django (it knows
the view, the session, the token of a form) and the response itself. It is kept for one
generation of the public content (``home.freshness``), until the next moment at which
pages change by themselves, and for a minute at most.
"""

import gzip
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import parse_cookie
from django.utils import timezone, translation
from wagtail.models import Site as WebSite

from home import freshness, notices
from programs import hours

MOST_BYTES = 32 * 1024 * 1024
LARGEST_PAGE = 512 * 1024
KEPT_UNTIL = "portal.kept_until"
KEPT_VIEWS = {
    "wagtail_serve",
    "sitemap",
    "robots",
    "site_calendar",
    "site_month",
    "months",
}
NEVER = ("/admin", "/accounts", "/forms", "/status", "/leave", "/_util", "/media")
QUERY = re.compile(
    r"(?:month=\d{4}-\d{2}(?:&view=[a-z]{1,12})?|view=[a-z]{1,12}|page=\d{1,3})"
)
CHOICES = ("on", "off")
PERSONAL = (settings.SESSION_COOKIE_NAME, "messages", settings.LANGUAGE_COOKIE_NAME)
DEPENDS_ON = {"cookie", "accept-encoding", "accept-language"}
SECRETS = (b"csrfmiddlewaretoken",)

Environ = dict[str, Any]


class Page:
    """One answer, ready to be sent: its bytes, packed too, under one name."""

    def __init__(self, headers: list[tuple[str, str]], body: bytes, until: float):
        self.until = until
        self.body = body
        self.tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        replaced = {"content-length", "etag", "cache-control", "vary"}
        common = [
            *((name, value) for name, value in headers if name.lower() not in replaced),
            ("Cache-Control", "no-cache"),
            ("ETag", self.tag),
            ("Vary", "Accept-Encoding, Cookie"),
        ]
        self.headers = [*common, ("Content-Length", str(len(body)))]
        self.packed = gzip.compress(body, compresslevel=9, mtime=0)
        self.packed_headers = [
            *common,
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(self.packed))),
        ]
        self.unchanged = [
            (name, value) for name, value in common if name != "Content-Type"
        ]
        self.size = len(body) + len(self.packed)

    def answer(self, environ: Environ, start_response) -> list[bytes]:
        """The page; or that it is the one the client has; or only its headers."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (self.tag in known or known.strip() == "*"):
            start_response("304 Not Modified", self.unchanged)
            return [b""]
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            headers, body = self.packed_headers, self.packed
        else:
            headers, body = self.headers, self.body
        start_response("200 OK", headers)
        return [body if environ["REQUEST_METHOD"] == "GET" else b""]


class Shelf:
    """The pages of one generation, bounded in bytes; the oldest make room."""

    def __init__(self, generation: freshness.Generation | None = None) -> None:
        self.generation = generation
        self.pages: dict[Any, Page] = {}
        self.size = 0
        self.lock = threading.Lock()

    def put(self, key: Any, page: Page) -> None:
        with self.lock:
            self.drop(key)
            while self.pages and self.size + page.size > MOST_BYTES:
                self.drop(next(iter(self.pages)))
            self.pages[key] = page
            self.size += page.size

    def drop(self, key: Any) -> None:
        gone = self.pages.pop(key, None)
        self.size -= gone.size if gone else 0


class PageCache:
    """A WSGI application in front of Django: kept pages from here, all else from it."""

    def __init__(self, application: Callable) -> None:
        self.application = application
        self.shelf = Shelf()
        freshness.begin()

    def __call__(self, environ: Environ, start_response) -> Iterable[bytes]:
        key, shelf = self.place_of(environ)
        if shelf is None:
            return self.application(environ, start_response)
        page = on_shelf(shelf, key) or self.fetch(key, shelf, environ, start_response)
        if isinstance(page, Page):
            return page.answer(environ, start_response)
        return page

    def kept(self, environ: Environ) -> Page | None:
        """The page for a request, if it is here; asks nobody."""
        key, shelf = self.place_of(environ)
        return None if shelf is None else on_shelf(shelf, key)

    def place_of(self, environ: Environ) -> tuple[Any, Shelf | None]:
        """Where the answer to a request stands, or would stand; None: nowhere."""
        key = key_of(environ)
        generation = freshness.generation() if key is not None else None
        if generation is None:
            return None, None
        shelf = self.shelf
        if shelf.generation != generation:
            # A request that began under the old generation stores on the old shelf.
            shelf = self.shelf = Shelf(generation)
        return key, shelf

    def fetch(self, key, shelf, environ, start_response) -> Page | Iterable[bytes]:
        """What Django says: as a page if it may be kept, else as it comes."""
        told: list = []
        response = self.application(environ, lambda *words: told.append(words))
        until = environ.pop(KEPT_UNTIL, None)
        if until is None or not may_keep(environ, response, *told[0][:2]):
            start_response(*told[0])
            return response
        try:
            body = b"".join(response)
        finally:
            response.close()
        if len(body) > LARGEST_PAGE or any(secret in body for secret in SECRETS):
            start_response(*told[0])
            return [body]
        page = Page(told[0][1], body, until)
        shelf.put(key, page)
        return page


def on_shelf(shelf: Shelf, key: Any) -> Page | None:
    """The page that stands there and has not run out."""
    page = shelf.pages.get(key)
    return page if page is not None and page.until > time.time() else None


def key_of(environ: Environ) -> tuple | None:
    """What a kept answer depends on; None for a request that is never answered so."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if path.startswith(NEVER) or "HTTP_AUTHORIZATION" in environ:
        return None
    if query and not QUERY.fullmatch(query):
        return None
    cookies = environ.get("HTTP_COOKIE")
    choice = choice_in(cookies) if cookies else ""
    if choice is None:
        return None
    return (
        environ.get("HTTP_HOST"),
        environ.get("wsgi.url_scheme"),
        environ.get("HTTP_X_FORWARDED_PROTO"),
        path,
        query,
        choice,
    )


def choice_in(cookies: str) -> str | None:
    """Whether readings are on, by cookie; None where somebody has a session."""
    if any(name in cookies for name in PERSONAL):
        return None
    found = parse_cookie(cookies)
    choice = found.get("furigana", "")
    return choice if choice in CHOICES else ""


def may_keep(environ: Environ, response, status: str, headers) -> bool:
    """The last look, at the answer itself: only a plain 200 that sets nothing."""
    values = {name.lower(): value.lower() for name, value in headers}
    vary = {part.strip() for part in values.get("vary", "").split(",")} - {""}
    return (
        status.startswith("200")
        and environ["REQUEST_METHOD"] == "GET"
        and not getattr(response, "streaming", True)
        and "set-cookie" not in values
        and "content-encoding" not in values
        and not re.search("no-store|private", values.get("cache-control", ""))
        and vary <= DEPENDS_ON
    )


class OfferPublicPages:
    """Inside Django: say of an answer that it is the same for everybody, and how long.

    The time is taken before the page is made, so that one made across midnight is old
    at once.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        now = timezone.now()
        response = self.get_response(request)
        if response.status_code == 200 and is_for_everybody(request):
            longest = timedelta(seconds=freshness.memory.left())
            until = min(next_change(now), now + longest)
            request.environ[KEPT_UNTIL] = until.timestamp()
        return response


def is_for_everybody(request) -> bool:
    """Whether nothing of the asker can be in the answer."""
    match = request.resolver_match
    return (
        request.method == "GET"
        and match is not None
        and match.view_name in KEPT_VIEWS
        and request.session.is_empty()
        and not request.session.modified
        and not request.user.is_authenticated
        and "CSRF_COOKIE" not in request.META
        and settings.CSRF_COOKIE_NAME not in request.COOKIES
        and not getattr(request, "is_preview", False)
        and not connection.in_atomic_block
        and speaks_as_the_path_says(request)
    )


def speaks_as_the_path_says(request) -> bool:
    """Whether the language follows from the address, not from who asks."""
    of_path = translation.get_language_from_path(request.path_info)
    return translation.get_language() == (of_path or settings.LANGUAGE_CODE)


def next_change(now: datetime) -> datetime:
    """The next moment at which pages change although nobody publishes anything."""
    found = freshness.remembered("next change", lambda: look_ahead(now))
    return found if found > now else look_ahead(now)


def look_ahead(now: datetime) -> datetime:
    """The next opening, closing, midnight, or beginning or end of a notice."""
    return min(filter(None, [hours.next_change(now), notices.next_change(now)]))


class RememberSite:
    """Which site of Wagtail a request is for, looked up once a generation.

    Wagtail builds a costly query for it at every request.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        host = request.get_host()
        kept = freshness.remembered(
            ("site", host, request.get_port()),
            lambda: with_whole_top(WebSite.find_for_request(request)),
        )
        request._wagtail_site = own_copy(kept) if kept else None
        return self.get_response(request)


def with_whole_top(site: WebSite | None) -> WebSite | None:
    """The site with all that its top page says: every way to a page begins there."""
    if site is not None:
        site.root_page = site.root_page.specific
    return site


def own_copy(kept: WebSite) -> WebSite:
    """The site for one request: what it does to its pages reaches no other."""
    site = freshness.own_copy(kept)
    site.root_page = freshness.own_copy(kept.root_page)
    return site
