"""The month of a site as a page of its own, and the calendar that people keep."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone

from home import languages
from programs import seed_languages
from programs.calendar import months_later
from programs.hours import opening_days
from programs.models import OpeningException, Site
from tests.programs.test_pages import UNREADABLE_MONTHS

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


PAGE = "/sites/enmusubi/calendar/"


def days_in(html: str, within: str) -> dict[str, str]:
    """The words of each dated cell of the table or of the list."""
    found = BeautifulSoup(html, "html.parser").select(f"{within} [data-date]")
    return {each["data-date"]: " ".join(each.get_text(" ").split()) for each in found}


def test_table_and_list_say_of_each_day_what_the_resolver_says(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    first = months_later(timezone.localdate().replace(day=1), 1)
    OpeningException.objects.create(
        site=site, date=first, last_day=first + timedelta(days=2), reason="工事のため"
    )
    html = client.get(PAGE, {"month": f"{first:%Y-%m}"}).text
    table, listed = days_in(html, ".month-table"), days_in(html, ".month-list")
    wanted = opening_days(site, first, months_later(first, 1) - timedelta(days=1))
    assert list(table) == list(listed) == [f"{day.date}" for day in wanted]
    for day in wanted:
        for words in (table[f"{day.date}"], listed[f"{day.date}"]):
            assert str(day.mark.label) in words
            assert day.reason in words
            assert not day.is_open or day.hours_text in words
    assert "臨時休所" in table[f"{first}"]
    assert "工事のため" in listed[f"{first + timedelta(days=2)}"]


def test_each_word_of_the_calendar_is_explained(client, seeded):
    legend = BeautifulSoup(client.get(PAGE).text, "html.parser").select(".legend dt")
    assert [word.text for word in legend] == [
        "開所",
        "長期休み",
        "変更あり",
        "お休み",
        "臨時休所",
    ]


def test_the_months_lead_to_the_ones_around_and_end_after_a_year(client, seeded):
    this = timezone.localdate().replace(day=1)
    html = client.get(PAGE, {"month": f"{this:%Y-%m}", "view": "list"}).text
    assert f"?month={months_later(this, -1):%Y-%m}&amp;view=list" in html
    assert f"?month={months_later(this, 1):%Y-%m}&amp;view=list" in html
    last = client.get(PAGE, {"month": f"{months_later(this, 12):%Y-%m}"})
    assert last.status_code == 200
    assert "次の月" not in last.text


def test_a_bad_month_is_answered_in_words_and_a_bad_view_shows_the_usual(
    client, seeded
):
    for month in UNREADABLE_MONTHS:
        response = client.get(PAGE, {"month": month})
        assert response.status_code == 400, month
        assert "月の指定を読み取れませんでした" in response.text
    assert client.get(PAGE, {"view": "><script>"}).status_code == 200
    assert "<script>" not in client.get(PAGE, {"view": "><script>"}).text


def test_the_calendar_of_all_begins_with_the_first_site_and_leads_to_the_others(
    client, seeded
):
    html = client.get("/calendar/").text
    assert "とよなか縁結実のカレンダー" in html
    assert "/sites/bb-house/calendar/" in html
    Site.objects.update(is_public=False)
    for path in ("/calendar/", PAGE, "/sites/nowhere/calendar/"):
        assert client.get(path).status_code == 404


def test_the_page_costs_the_same_queries_for_one_site_and_for_many(
    client, seeded, django_assert_max_num_queries
):
    main = Site.objects.get(slug="enmusubi")
    for number in range(5):
        Site.objects.create(
            slug=f"more-{number}", name=f"架空{number}", operator=main.operator
        )
    client.get(PAGE)
    with django_assert_max_num_queries(16):
        client.get(PAGE)


def test_the_switch_of_languages_keeps_the_month_and_the_view(client, seeded):
    languages.ensure_locales()
    this = timezone.localdate().replace(day=1)
    query = f"?month={months_later(this, 1):%Y-%m}&view=list"
    for path in (PAGE, "/calendar/"):
        for mark in ("", "/ja-hira", "/en"):
            page = BeautifulSoup(
                client.get(f"{mark}{path}{query}").content, "html.parser"
            )
            links = page.select(".languages a")
            assert [one["href"] for one in links] == [
                f"{each}{path}{query}" for each in ("", "/ja-hira", "/en")
            ]
            current = page.select_one(".languages [aria-current]")
            assert current["href"] == f"{mark}{path}{query}"
    named = page.select("link[hreflang]")
    assert [urlsplit(one["href"]).path for one in named] == [
        PAGE,
        f"/ja-hira{PAGE}",
        f"/en{PAGE}",
    ]


def test_an_english_calendar_speaks_english_and_leads_to_english(client, seeded):
    languages.ensure_locales()
    page = BeautifulSoup(client.get(f"/en{PAGE}").content, "html.parser")
    assert page.html["lang"] == "en"
    assert page.select_one(".month-table th").text == "Mon"
    assert "Open 16:00–21:00" in " ".join(page.select_one(".month-list").text.split())
    own = [one["href"] for one in page.select("main a")]
    assert f"/en{PAGE.rstrip('/')}.ics" in own
    assert not [href for href in own if href.startswith("/sites/")]
    kept = client.get(f"/en{PAGE.rstrip('/')}.ics").content
    event = icalendar.Calendar.from_ical(kept).walk("VEVENT")[0]
    assert " Open " in str(event["SUMMARY"]) or " Closed" in str(event["SUMMARY"])
    assert f"/en{PAGE}?month=" in str(event["URL"])


def test_the_site_map_names_the_calendars_in_each_language(client, seeded):
    languages.ensure_locales()
    languages.synchronise()
    seed_languages.load()
    found = re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").text)
    places = {urlsplit(one).path for one in found}
    assert {PAGE, f"/en{PAGE}", f"/ja-hira{PAGE}"} <= places
    Site.objects.filter(slug="enmusubi").update(is_public=False)
    assert PAGE not in client.get("/sitemap.xml").text


def test_the_switch_on_the_page_of_a_site_keeps_the_month(client, seeded):
    languages.ensure_locales()
    languages.synchronise()
    month = months_later(timezone.localdate().replace(day=1), 1)
    html = client.get(f"/sites/enmusubi/?month={month:%Y-%m}").content
    links = BeautifulSoup(html, "html.parser").select(".languages a")
    assert links[-1]["href"] == f"/en/sites/enmusubi/?month={month:%Y-%m}"
    for query in ("", "?month=x"):
        html = client.get(f"/sites/enmusubi/{query}").content
        links = BeautifulSoup(html, "html.parser").select(".languages a")
        assert links[-1]["href"] == "/en/sites/enmusubi/"


def events(client):
    answer = client.get("/sites/enmusubi/calendar.ics")
    found = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["UID"]): event for event in found}


def test_the_kept_calendar_changes_its_number_only_when_a_fact_changes(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    first = client.get("/sites/enmusubi/calendar.ics")
    again = client.get(
        "/sites/enmusubi/calendar.ics", headers={"If-None-Match": first["ETag"]}
    )
    assert again.status_code == 304
    assert "max-age=0" in first["Cache-Control"]
    before = events(client)
    Site.objects.filter(pk=site.pk).update(
        facts_at=site.facts_at - timedelta(minutes=1)
    )
    day = timezone.localdate() + timedelta(days=3)
    closure = OpeningException.objects.create(site=site, date=day, reason="台風")
    after = events(client)
    uid = next(uid for uid in after if uid.startswith(f"{day:%Y%m%d}-"))
    assert after[uid]["SEQUENCE"] >= before.get(uid, {"SEQUENCE": 0})["SEQUENCE"]
    assert after[uid]["LAST-MODIFIED"].dt == Site.objects.get(
        pk=site.pk
    ).facts_at.replace(microsecond=0)
    assert set(before) <= set(after)
    closure.delete()
    assert set(events(client)) == set(before)
    changed = client.get(
        "/sites/enmusubi/calendar.ics", headers={"If-None-Match": first["ETag"]}
    )
    assert changed.status_code == 200


def test_the_new_year_stands_in_the_calendars_once_it_is_settled(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    eve = date(timezone.localdate().year, 12, 30)
    html = client.get(PAGE, {"month": f"{eve:%Y-%m}"}).text
    words = days_in(html, ".month-table")[f"{eve}"]
    assert eve.weekday() not in range(1, 6) or "年末年始はお問い合わせください" in words
    site.year_end_rule = "closed"
    site.save()
    html = client.get(PAGE, {"month": f"{eve:%Y-%m}"}).text
    assert days_in(html, ".month-table")[f"{eve}"] == "30 お休み 年末年始"
    text = client.get("/sites/enmusubi/").text
    assert "12月29日から1月3日まで休所" in text
