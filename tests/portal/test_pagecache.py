"""Public pages are answered from memory: always fresh, and never somebody's own."""

import gzip
import itertools
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from home import freshness
from home.models import ContactSettings
from home.signals import public_content_changed
from portal import pagecache
from portal.pagecache import PageCache
from portal.wsgi import trusting_application
from programs.models import OpeningException, Site
from tests.factories import MembershipFactory, UserFactory

TOKYO = ZoneInfo("Asia/Tokyo")
pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(monkeypatch):
    """Let a test's own rows count as committed: its transaction never ends."""
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr(pagecache, "connection", outside)
    monkeypatch.setattr(freshness, "is_in_doubt", lambda using="default": False)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    freshness.bump()
    yield
    freshness.bump()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def japanese(slug):
    """A page of the seed, in Japanese."""
    return Page.objects.get(slug=slug, locale__language_code="ja").specific


class Web:
    """One web process: its kept pages, and what it lets through to Django."""

    def __init__(self):
        self.asked = 0
        self.cache = PageCache(self.counted)

    def counted(self, environ, start_response):
        self.asked += 1
        return trusting_application(environ, start_response)

    def get(self, path, method="GET", **environ):
        told = []
        made = RequestFactory().generic(method, path).environ | environ
        made["wsgi.input"] = BytesIO()
        body = self.cache(made, lambda *words: told.append(words))
        text = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        status, headers = told[0][:2]
        return SimpleNamespace(status=int(status[:3]), headers=dict(headers), body=text)

    def is_kept(self, path, **environ):
        """Whether the second of two visits is answered without Django."""
        self.get(path, **environ)
        before = self.asked
        self.get(path, **environ)
        return self.asked == before


@pytest.fixture
def web(seeded, committed, monkeypatch):
    """A portal that begins to remember: no minute of an earlier one runs out in it."""
    monkeypatch.setattr(freshness, "memory", freshness.Memory())
    return Web()


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The public pages of the seed, loaded once for this file."""
    cache.clear()


@pytest.fixture
def editor(db):
    """Somebody who is logged in and edits pages."""
    return MembershipFactory(user=UserFactory(), role="web_editor").user


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test may set."""

    def set_to(moment: datetime):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        monkeypatch.setattr(pagecache.time, "time", moment.timestamp)

    return set_to


def commit_happened():
    """What the commit of the test's last writes would have done."""
    freshness.bump()


def test_a_public_page_is_made_once_and_then_answered_from_memory(web):
    for path in ("/", "/sites/enmusubi/", "/robots.txt", "/sitemap.xml"):
        assert web.is_kept(path), path
    page = web.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    packed = web.get("/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(packed.body) == page.body
    assert len(packed.body) == int(packed.headers["Content-Length"])
    head = web.get("/", method="HEAD")
    assert head.body == b"" and head.headers["Content-Length"] == str(len(page.body))
    same = web.get("/", HTTP_IF_NONE_MATCH=page.headers["ETag"])
    assert (same.status, same.body) == (304, b"")


def test_no_page_of_a_person_a_form_or_an_error_is_kept(web, editor):
    browser = Client()
    browser.force_login(editor, backend="staff.backends.MembershipBackend")
    session = f"sessionid={browser.cookies['sessionid'].value}"
    for path, more in (
        ("/", {"HTTP_COOKIE": session}),
        ("/", {"HTTP_COOKIE": "sessionid=anything"}),
        ("/", {"HTTP_COOKIE": f"a=b; {session}"}),
        ("/", {"HTTP_AUTHORIZATION": "Bearer x"}),
        ("/accounts/login/", {}),
        ("/admin/", {}),
        ("/status/", {}),
        ("/forms/", {}),
        ("/leave/", {}),
        ("/nothing-here/", {}),
        ("/sites/enmusubi/?month=2026-13", {}),
        ("/?utm_source=x", {}),
        ("/sites/enmusubi/?month=2026-10&q=1", {}),
        ("/healthz", {}),
        ("/readyz", {}),
    ):
        assert not web.is_kept(path, **more), path
    stranger = web.get("/")
    own = web.get("/", HTTP_COOKIE=session)
    assert "ログアウト".encode() in own.body and b"csrfmiddlewaretoken" in own.body
    assert "ログアウト".encode() not in stranger.body
    assert own.headers["Cache-Control"] == "no-store, private"
    assert web.get("/").body == stranger.body
    assert all(b"csrfmiddlewaretoken" not in p.body for p in kept_pages(web))


def kept_pages(web):
    return list(web.cache.shelf.pages.values())


def test_a_token_already_given_keeps_the_page_out_of_memory_but_not_the_reader(web):
    cookies = {"HTTP_COOKIE": "csrftoken=" + "a" * 32}
    assert not web.is_kept("/", **cookies)
    web.get("/")
    before = web.asked
    web.get("/", **cookies)
    assert web.asked == before


def test_each_choice_of_readings_has_its_own_page(web):
    web.get("/hogosha/", HTTP_COOKIE="furigana=on")
    web.get("/hogosha/", HTTP_COOKIE="furigana=off")
    web.get("/hogosha/")
    assert web.asked == 3
    for cookie in ("on", "off"):
        web.get("/hogosha/", HTTP_COOKIE=f"furigana={cookie}")
    web.get("/hogosha/")
    assert web.asked == 3 and len(kept_pages(web)) == 3


def test_no_answer_that_sets_a_cookie_or_forbids_keeping_is_kept():
    page = ("200 OK", [("Content-Type", "text/html")])
    for status, headers, body in (
        ("200 OK", [*page[1], ("Set-Cookie", "a=b")], b"x"),
        ("200 OK", [*page[1], ("Cache-Control", "private")], b"x"),
        ("200 OK", [*page[1], ("Cache-Control", "No-Store")], b"x"),
        ("200 OK", [*page[1], ("Vary", "X-Secret")], b"x"),
        ("200 OK", page[1], b'<input name="csrfmiddlewaretoken">'),
        ("404 Not Found", page[1], b"x"),
        ("500 Oops", page[1], b"x"),
        ("302 Found", page[1], b""),
    ):
        kept = PageCache(careless(status, headers, body))
        for _visit in range(2):
            environ = RequestFactory().get("/").environ
            assert b"".join(kept(environ, lambda *words: None)) == body
        assert not kept.shelf.pages, (status, headers)


def careless(status, headers, body):
    """An application that offers whatever it answers."""

    class Response(list):
        streaming = False

        def close(self):
            pass

    def application(environ, start_response):
        environ[pagecache.KEPT_UNTIL] = 9e12
        start_response(status, headers)
        return Response([body])

    return application


def test_a_restricted_page_is_never_kept(web):
    page = japanese("privacy")
    for kind, more in (
        (PageViewRestriction.PASSWORD, {"password": "x"}),
        (PageViewRestriction.LOGIN, {}),
    ):
        restriction = PageViewRestriction.objects.create(
            page=page, restriction_type=kind, **more
        )
        commit_happened()
        assert not web.is_kept("/privacy/"), kind
        assert not kept_pages(web)
        restriction.delete()


def test_memory_is_bounded_whatever_is_asked(web, monkeypatch):
    monkeypatch.setattr(pagecache, "MOST_BYTES", 100_000)
    for number in range(40):
        web.get("/", HTTP_HOST=f"host-{number}.example")
        web.get(f"/nothing-{number}/")
    assert 0 < web.cache.shelf.size <= 100_000
    assert web.cache.shelf.size == sum(page.size for page in kept_pages(web))


def test_what_is_published_is_on_the_page_at_once_in_every_process(web):
    other = Web()
    page = japanese("hogosha")
    for process in (web, other):
        assert process.is_kept("/hogosha/")
    page.lead = "あたらしい文です"
    page.save_revision().publish()
    commit_happened()
    for process in (web, other):
        assert "あたらしい文です" in process.get("/hogosha/").body.decode()
    page.unpublish()
    commit_happened()
    for process in (web, other):
        assert process.get("/hogosha/").status == 404
        menu = process.get("/").body.split(b'aria-label="')[1]
        assert b"/hogosha/" not in menu


def test_a_page_made_before_a_change_is_not_kept_after_it(web):
    """The request began under the old generation; the change came while it ran."""
    cache = PageCache(trusting_application)

    def slow(environ, start_response):
        response = trusting_application(environ, start_response)
        freshness.bump()
        return response

    cache.application = slow
    cache(RequestFactory().get("/").environ, lambda *words: None)
    cache.application = trusting_application
    assert cache.kept(RequestFactory().get("/").environ) is None


def test_pages_change_by_themselves_at_closing_time_and_at_midnight(web, clock):
    thursday = datetime(2026, 10, 1, tzinfo=TOKYO)
    clock(thursday.replace(hour=20, minute=59, second=59))
    text = web.get("/").body.decode()
    assert "ただいま開いています（21時まで）" in text
    clock(thursday.replace(hour=21))
    assert "きょうは終わりました" in web.get("/").body.decode()
    clock(thursday.replace(hour=23, minute=59, second=59))
    assert "10月1日" in web.get("/").body.decode()
    clock(thursday + timedelta(days=1))
    text = web.get("/").body.decode()
    assert "10月2日" in text and "10月1日" not in text


def test_nothing_is_kept_longer_than_a_minute(web, clock):
    noon = datetime(2026, 10, 1, 12, tzinfo=TOKYO)
    clock(noon)
    assert web.is_kept("/")
    clock(noon + timedelta(seconds=61))
    before = web.asked
    web.get("/")
    assert web.asked == before + 1


WRITES = [
    lambda: Site.objects.filter(slug="enmusubi").update(phone="06-0000-0000"),
    lambda: Site.objects.get(slug="enmusubi").save(),
    lambda: OpeningException.objects.bulk_create(
        [
            OpeningException(
                site=Site.objects.get(slug="enmusubi"), date="2026-12-01", reason="点検"
            )
        ]
    ),
    lambda: ContactSettings.load().save(),
    lambda: japanese("privacy").delete(),
    lambda: japanese("privacy").move(japanese("jigyo").page_ptr, pos="last-child"),
    lambda: public_content_changed.send(sender=None),
]


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_every_write_of_public_content_counts_once_it_is_committed(
    number, seeded, django_capture_on_commit_callbacks
):
    before = freshness.generation()
    with django_capture_on_commit_callbacks(execute=True):
        WRITES[number]()
        assert freshness.generation() == before
        assert freshness.is_in_doubt()
    assert freshness.generation() != before


def test_a_write_that_is_taken_back_does_not_count_and_private_ones_never(
    seeded, editor, django_capture_on_commit_callbacks
):
    before = freshness.generation()
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                Site.objects.update(phone="06-0000-0000")
                raise ValueError
        except ValueError:
            pass
        editor.save()
        japanese("privacy").get_latest_revision()
    assert freshness.generation() == before


def test_what_an_open_transaction_sees_is_kept_from_others(seeded):
    """Uncommitted words must neither be remembered nor hidden by what was."""
    freshness.bump()
    numbers = itertools.count()
    ContactSettings.load().save()
    assert freshness.remembered("probe", lambda: next(numbers)) == 0
    assert freshness.remembered("probe", lambda: next(numbers)) == 1
