"""What programs read: the API, the open data, the feed; and what none of them tells."""

import csv
import io
import json
from datetime import timedelta

import pytest
import schemathesis
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from wagtail.models import Page

from home.models import ContentPage, FaqPage
from portal.wsgi import application
from programs.models import OpeningException, Site, SitePage
from programs.opendata import HEADER
from programs.services import publish_notice
from tests.databases import kept_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


ORIGIN = "https://www.example.jp"
PUBLIC = [
    "/",
    "/sites/",
    "/sites/enmusubi/",
    "/sites/bb-house/",
    "/calendar/",
    "/sites/enmusubi/calendar/",
    "/sites/bb-house/calendar/",
    "/sites/enmusubi/calendar.ics",
    "/sites/bb-house/calendar.ics",
    "/sitemap.xml",
    "/feed.xml",
    "/opendata/",
    "/opendata/kosodate-shisetsu.csv",
    "/opendata/kosodate-shisetsu.json",
    "/opendata/kaishobi.csv",
    "/opendata/hsds.json",
    "/api/v1/services",
    "/api/v1/sites",
    "/api/v1/sites/enmusubi",
    "/api/v1/sites/bb-house",
    "/api/v1/sites/bb-house/opening-days?from=2026-10-01&to=2026-10-31",
    "/api/v1/notices",
    "/api/v1/news",
    "/api/v1/openapi.json",
    "/api/v3/pages/",
    "/api/v3/pages/?search=bb",
    "/api/v3/pages/find/?html_path=sites/bb-house",
]


@pytest.fixture
def site(seeded):
    """The seed's own site, in the place of the one that the cast brings along."""
    return Site.objects.get(slug="enmusubi")


def everything_public(client):
    """Every public output with its text, pages one by one included."""
    paths = [*PUBLIC]
    paths += [f"/api/v3/pages/{page.pk}/" for page in SitePage.objects.all()]
    for path in paths:
        yield path, client.get(path, follow=True).content.decode(errors="replace")


def test_an_address_that_is_kept_back_is_in_no_output(client, seeded):
    marker, area = "秘密町9-8-7", "秘密町のあたり"
    site = Site.objects.get(slug="bb-house")
    site.address, site.area, site.address_visibility = marker, area, "hidden"
    site.save()
    for path, text in everything_public(client):
        assert "秘密町" not in text, path
    site.address_visibility = "area_only"
    site.save()
    texts = dict(everything_public(client))
    assert not [path for path, text in texts.items() if marker in text]
    assert area in texts["/api/v1/sites/bb-house"]
    assert area in texts["/opendata/hsds.json"]
    assert area not in texts["/opendata/kosodate-shisetsu.csv"]


def test_a_hidden_site_is_in_no_output_at_all(client, seeded):
    site = Site.objects.get(slug="bb-house")
    OpeningException.objects.create(
        site=site, date=timezone.localdate(), reason="秘密の休み"
    )
    site.name, site.address, site.is_public = "秘密の家", "秘密町9", False
    site.save()
    page = SitePage.objects.get(site=site, locale__language_code="ja")
    assert not page.live
    for path, text in everything_public(client):
        assert "秘密" not in text, path
        assert "bb-house" in path or "/sites/bb-house" not in text, path


def test_a_page_made_live_of_a_hidden_site_is_still_in_no_output(client, seeded):
    site = Site.objects.filter(slug="bb-house")
    site.update(is_public=False)
    page = SitePage.objects.get(site__slug="bb-house", locale__language_code="ja")
    assert page.live
    assert client.get(f"/api/v3/pages/{page.pk}/").status_code == 404
    ids = [row["id"] for row in client.get("/api/v3/pages/").json()["items"]]
    assert page.pk not in ids
    assert "bb-house" not in client.get("/sitemap.xml").text


CLOSED = [
    "/api/v3/",
    "/api/v3/images/",
    "/api/v3/documents/",
    "/api/v3/sites/",
    "/api/v3/schema/",
    "/api/v3/whoami/",
    "/api/v3/openapi.json",
    "/api/v3/docs/",
    "/api/v3/pages/1/revisions/",
    "/api/v2/",
    "/api/",
    "/api/nothing",
]


def test_of_wagtails_own_api_only_published_pages_are_open(client, seeded, log_in):
    page = Page.objects.get(slug="school").specific
    page.lead = "まだ公開していない文"
    page.save_revision()
    withdrawn = Page.objects.get(slug="privacy")
    withdrawn.unpublish()
    hidden = withdrawn.pk
    for who in (None, "editor", "admin"):
        if who:
            log_in(who)
        told = client.get("/api/v3/pages/?limit=20").json()
        assert hidden not in [row["id"] for row in told["items"]]
        assert client.get(f"/api/v3/pages/{hidden}/").status_code == 404
        shown = client.get(f"/api/v3/pages/{page.pk}/")
        assert shown.status_code == 200
        assert "まだ公開していない" not in shown.text
        assert shown.json()["lead"]
        assert "owner_section" not in shown.json()
        for query in ("version=draft", "token=x"):
            assert client.get(f"/api/v3/pages/{page.pk}/?{query}").status_code == 400
        for path in CLOSED:
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert answer["Content-Type"] == "application/problem+json", path
        for path in ("/api/v3/pages/", f"/api/v3/pages/{page.pk}/"):
            for method in ("post", "put", "patch", "delete"):
                answer = getattr(client, method)(path, "{}", "application/json")
                assert answer.status_code == 405, path
                assert answer["Content-Type"] == "application/problem+json"


def test_a_parent_that_is_no_longer_published_is_not_named(client, seeded):
    parent = ContentPage.objects.get(slug="sites")
    ContentPage.objects.filter(pk=parent.pk).update(live=False, title="下書きの題")
    page = SitePage.objects.get(site__slug="enmusubi", locale__language_code="ja")
    told = client.get(f"/api/v3/pages/{page.pk}/")
    assert told.json()["meta"]["parent"] is None
    assert "下書きの題" not in told.text


def test_what_has_not_changed_is_not_sent_again(client, seeded):
    for path in ("/api/v1/sites", "/api/v3/pages/", "/opendata/hsds.json"):
        first = client.get(path)
        assert "must-revalidate" in first["Cache-Control"], path
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head["ETag"] == first["ETag"]
    Site.objects.filter(slug="enmusubi").update(fee_note="無料")
    path = "/api/v1/sites"
    assert client.get(path, headers={"If-None-Match": "W/x"}).status_code == 200
    assert "無料" in client.get(path).text


def test_only_named_origins_may_read_and_only_what_is_public(client, seeded, settings):
    path = "/api/v1/sites"

    def allowed(path=path, method="get", **headers):
        headers = {"Origin": ORIGIN} | headers
        answer = getattr(client, method)(path, headers=headers)
        return answer.get("Access-Control-Allow-Origin")

    assert allowed() is None
    settings.API_CORS_ORIGINS = [ORIGIN]
    answer = client.get(path, headers={"Origin": ORIGIN})
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Origin" in answer["Vary"]
    assert allowed(Origin="https://www.example.jp.evil.example") is None
    assert allowed(Origin="null") is None
    for closed in ("/", "/admin/", "/status/", "/api/v1/forms", "/forms/referral/"):
        assert allowed(closed) is None, closed
    ask = {"Access-Control-Request-Method": "GET"}
    assert allowed(method="options", **ask) == ORIGIN
    ask = {"Access-Control-Request-Method": "POST"}
    assert allowed(method="options", **ask) is None
    settings.API_CORS_ORIGINS = ["*"]
    assert allowed() == "*"


def test_long_lists_come_in_pieces_with_links(client, seeded):
    path = "/api/v1/sites/enmusubi/opening-days?from=2026-04-01&to=2027-03-31"
    whole = client.get(path).json()
    assert len(whole) == 365
    found, address = [], f"{path}&limit=100"
    while address:
        answer = client.get(address)
        assert answer["X-Total-Count"] == "365"
        found += answer.json()
        parts = [part.split(";") for part in answer.get("Link", "").split(",") if part]
        links = {rel.strip(): each.strip().strip("<>") for each, rel in parts}
        address = links.get('rel="next"')
    assert found == whole
    for bad in ("limit=0", "limit=401", "offset=-1", "limit=x", "offset=" + "9" * 30):
        answer = client.get(f"/api/v1/sites?{bad}")
        assert answer.status_code == 422, bad
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["detail"].endswith("。")


def test_every_refusal_is_a_problem_in_japanese(client, seeded):
    for method, path, status in [
        ("get", "/api/v1/sites/%E3%81%82", 404),
        ("get", "/api/v1/sites/" + "x" * 3000, 404),
        ("post", "/api/v1/sites", 405),
        ("delete", "/api/v1/services", 405),
        ("get", "/api/v1/sites?limit=%00", 400),
        ("get", "/api/v1/sites/enmusubi/opening-days?from=2026-13-01&to=x", 422),
    ]:
        answer = getattr(client, method)(path)
        assert answer.status_code == status, path
        assert answer["Content-Type"] == "application/problem+json", path
        told = answer.json()
        assert told["status"] == status
        assert told["title"].endswith("。"), told


def test_the_list_of_facilities_is_the_standards(client, seeded):
    Site.objects.filter(slug="enmusubi").update(capacity_note="=HYPERLINK(1)")
    answer = client.get("/opendata/kosodate-shisetsu.csv")
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff全国地方公共団体コード,ID,地方公共団体名,名称,")
    assert text.count("\r\n") == 3
    assert "\n" not in text.replace("\r\n", "")
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    assert next(reader) == HEADER
    assert len(HEADER) == len(set(HEADER)) == 53
    row = dict(zip(HEADER, next(reader), strict=True))
    assert row["全国地方公共団体コード"] == "272035"
    assert (row["利用可能曜日"], row["開始時間"], row["終了時間"]) == (
        "火水木金土",
        "16:00",
        "21:00",
    )
    assert row["受入年齢"] == "'=HYPERLINK(1)"
    assert "土曜日は11:00～21:00" in row["利用可能日時特記事項"]
    assert row["所在地_連結表記"] == row["緯度"] == row["経度"] == ""
    assert client.get("/opendata/kosodate-shisetsu.json").json()[0]["収容定員"] == "25"


def test_an_emergency_stands_in_everything_that_programs_read(client, seeded, cast):
    now = timezone.now()
    site = Site.objects.get(slug="enmusubi")
    values = {
        "token": "0b4c8c2e-1f55-4f43-9d11-7f0f1fb2e5a1",
        "level": "urgent",
        "title": "【緊急】休所します",
        "starts_at": now,
        "ends_at": now + timedelta(hours=3),
    }
    publish_notice(
        values, sites=[site], closing="台風のため", by=cast["editor"], ip="127.0.0.1"
    )
    service = client.get("/opendata/hsds.json").json()["services"][0]
    assert service["alert"] == "【緊急】休所します"
    told = client.get("/api/v1/sites/enmusubi").json()
    assert told["alert"] == "【緊急】休所します"
    assert client.get("/api/v1/sites/bb-house").json()["alert"] == ""
    assert client.get("/api/v1/notices").json()[0]["sites"] == ["enmusubi"]
    page = client.get("/sites/enmusubi/").text
    assert "SpecialAnnouncement" in page
    assert (
        "台風のため" in client.get("/opendata/kosodate-shisetsu.csv").content.decode()
    )
    assert "台風のため" in client.get("/feed.xml").text


def test_linked_data_says_what_the_page_is_and_ends_no_block(client, seeded):
    page = ContentPage.objects.get(slug="hogosha")
    page.title = "保護者</script><script>alert(1)</script>"
    page.save_revision().publish()
    answer = client.get("/hogosha/")
    html = BeautifulSoup(answer.content, "html.parser")
    blocks = html.select('script[type="application/ld+json"]')
    assert len(blocks) == 1
    assert "<script>alert" not in answer.text
    graph = {row["@type"]: row for row in json.loads(blocks[0].string)["@graph"]}
    assert graph["WebPage"]["name"] == page.title
    assert graph["WebPage"]["dateModified"]
    assert graph["BreadcrumbList"]["itemListElement"][-1]["name"] == page.title
    faq = client.get(FaqPage.objects.filter(locale__language_code="ja").first().url)
    assert '"FAQPage"' in faq.text


def test_the_feed_and_the_site_map_can_be_parsed(client, seeded):
    OpeningException.objects.create(
        site=Site.objects.get(slug="enmusubi"),
        date=timezone.localdate(),
        reason="<b>台風</b> & 雨",
    )
    feed = BeautifulSoup(client.get("/feed.xml").content, "xml")
    assert feed.select_one("entry summary").text == "<b>台風</b> & 雨"
    assert feed.select_one("entry id").text.startswith("http")
    assert BeautifulSoup(client.get("/sitemap.xml").content, "xml").select("url loc")


def test_any_query_is_answered_as_the_description_says(seeded):
    with kept_connection():
        ask_everything()


def ask_everything():
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    seen = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.lower() != "get" or "/forms" in operation.path:
            continue

        @schemathesis_given(operation)
        def ask(case):
            response = case.call()
            case.validate_response(response, checks=checks)

        ask()
        seen.add(operation.path)
    assert len(seen) >= 6


def schemathesis_given(operation):
    """Play a bounded number of made-up cases of one operation."""

    def decorate(function):
        quick = settings(
            max_examples=15,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        return quick(given(case=operation.as_strategy())(function))

    return decorate
