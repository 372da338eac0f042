"""Parts of pages that a process keeps between two publications."""

import time
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from home import freshness
from programs import seed
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TEMPLATE = Template(
    '{% load remembered_tags %}{% remembered "part" day %}{{ word }}{% endremembered %}'
)


@pytest.fixture
def page(monkeypatch):
    """A page of the seed, whose rows count as committed."""
    seed.load()
    monkeypatch.setattr(freshness, "is_in_doubt", lambda using="default": False)
    freshness.bump()
    yield Page.objects.get(slug="privacy", locale__language_code="ja").specific
    freshness.bump()


def shown(page, word, user=None, cookie="", path="/privacy/", day=1, **more):
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    request.COOKIES["furigana"] = cookie
    for name, value in more.items():
        setattr(request, name, value)
    context = {"request": request, "page": page, "word": word, "day": day}
    return TEMPLATE.render(Context(context))


def test_a_part_is_made_once_and_again_after_a_publication(page):
    assert shown(page, "いち") == "いち"
    assert shown(page, "に") == "いち"
    freshness.bump()
    assert shown(page, "に") == "に"


def test_a_change_that_nobody_could_report_is_seen_after_a_minute(page, monkeypatch):
    assert shown(page, "いち") == "いち"
    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 59)
    assert shown(page, "に") == "いち"
    monkeypatch.setattr(time, "monotonic", lambda: begun + 61)
    assert shown(page, "に") == "に"


def test_a_part_is_never_shared_with_somebody_for_whom_it_differs(page):
    assert shown(page, "いち") == "いち"
    for number, more in enumerate(
        [
            {"user": UserFactory()},
            {"is_preview": True},
            {"cookie": "on"},
            {"cookie": "off"},
            {"path": "/en/privacy/"},
            {"LANGUAGE_CODE": "en"},
            {"day": 2},
        ]
    ):
        assert shown(page, f"{number}", **more) == f"{number}", more
    assert shown(page, "に") == "いち"
    assert shown(None, "だれの頁でもない") == "だれの頁でもない"


def test_the_top_page_asks_the_database_little(
    client, page, django_assert_max_num_queries
):
    """Full, with all that only publishing changes remembered."""
    first = client.get("/").text
    with django_assert_max_num_queries(1):
        assert client.get("/").text == first
    assert "16時～21時" in first


def test_the_top_page_says_that_the_site_opens_without_any_publication(
    client, page, monkeypatch
):
    opening = datetime(2026, 10, 1, 16, tzinfo=timezone.get_current_timezone())
    for now, words in [
        (opening - timedelta(minutes=1), "16時に開きます"),
        (opening, "ただいま開いています"),
    ]:
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert words in client.get("/").text


def test_a_page_is_closed_at_once_although_none_was_before(client, page):
    assert client.get("/privacy/").status_code == 200
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    freshness.bump()
    assert client.get("/privacy/").status_code == 302
