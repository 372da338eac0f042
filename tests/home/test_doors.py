"""No page leads its readers to a page that is not public; the check tells editors."""

import json

import pytest
from bs4 import BeautifulSoup
from wagtail.models import Page, PageViewRestriction

from home.approval.values import target_of
from home.checking.services import check_draft
from home.models import ContentPage


@pytest.fixture
def target(make_page):
    return make_page("target", title="行き先")


@pytest.fixture
def leading(make_page, target):
    """A page that names another one in every block that can."""
    door = {"icon": "info", "title": "大きなリンク", "text": "", "path": ""}
    page = make_page(
        "leading",
        body=[
            ("links", [door | {"page": target.pk}]),
            ("links", [door | {"page": None, "path": "/target/"}]),
            ("text", f'<p><a linktype="page" id="{target.pk}">文のリンク</a></p>'),
        ],
    )
    page.related = json.dumps([{"type": "page", "value": target.pk}])
    page.save_revision().publish()
    return page


def withdraw(page):
    page.unpublish()


def close(page):
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def ways(client):
    main = BeautifulSoup(client.get("/leading/").content, "html.parser").main
    return [a["href"] for a in main.select("a[href]") if "target" in a["href"]]


@pytest.mark.parametrize("act", [withdraw, close])
def test_no_link_leads_to_a_page_that_is_not_public_and_the_check_names_each(
    client, leading, target, act
):
    assert ways(client) == ["/target/"] * 4
    assert not check_draft(leading).stops
    act(ContentPage.objects.get(pk=target.pk))
    assert ways(client) == []
    text = client.get("/leading/").text
    assert "文のリンク" in text
    assert "大きなリンク" not in text
    found = [one for one in check_draft(leading).found if one.kind == "broken_link"]
    assert len(found) == 4
    assert all(one.stops and one.anchor for one in found)


def test_a_large_link_whose_page_was_deleted_leads_nowhere(client, leading, target):
    ContentPage.objects.get(pk=target.pk).delete()
    page = BeautifulSoup(client.get("/leading/").content, "html.parser").main
    assert [a["href"] for a in page.select("a.door")] == ["/target/"]


@pytest.mark.parametrize("key", ["²", "①", "x"])
def test_a_link_to_no_number_is_read_as_its_address(key, db):
    assert target_of(f'linktype="page" id="{key}" href="/a/"') == "/a/"


def test_a_large_link_leads_to_the_page_in_the_language_of_its_readers(
    client, seeded, db
):
    from programs import seed_languages

    seed_languages.load()
    source = Page.objects.get(slug="faq", locale__language_code="ja")
    top = Page.objects.get(depth=2, locale__language_code="en").specific
    door = {"icon": "info", "title": "Questions", "text": "", "path": "", "page": None}
    top.doors = json.dumps([{"type": "door", "value": door | {"page": source.pk}}])
    top.save_revision().publish()
    link = BeautifulSoup(client.get("/en/").content, "html.parser").select_one("a.door")
    assert link["href"] == "/en/faq/"
