"""Calendar, list, iCalendar, JSON-LD, API, open data and state say the same.

For every day of a fiscal year, under several settings of a site, read from outside as
anybody would read it.
"""

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone, translation

from home import languages
from home.phrases import said
from programs.calendar import CALENDAR_DAYS, months_later
from programs.hours import opening_days, states_now
from programs.linked_data import hours_on
from programs.models import OpeningException, OpeningHours, SchoolHoliday, Site

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")
# From these three days on, half a year each, every day of the fiscal year 2026.
MORNINGS = [date(2026, 4, 1), date(2026, 9, 28), date(2027, 3, 20)]
LAST = date(2027, 3, 31)


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


def unsettled(main, satellite):
    """As the seed is: nothing known of public holidays or of the New Year."""


def everything_settled(main, satellite):
    main.holiday_rule, main.year_end_rule = "closed", "closed"
    main.year_end_from, main.new_year_until = 28, 4
    main.save()
    for name, first, last in [
        ("夏休み", date(2026, 7, 21), date(2026, 8, 25)),
        ("冬休み", date(2026, 12, 25), date(2027, 1, 6)),
    ]:
        SchoolHoliday.objects.create(name=name, starts_on=first, ends_on=last)
    change(main, date(2026, 8, 10), date(2026, 8, 16), "お盆")
    change(main, date(2026, 8, 12), None, "特別開所", time(13), time(15, 30))
    change(main, date(2027, 1, 2), None, "新年会", time(10), time(12))
    change(main, date(2026, 5, 5), None, "<こどもの日> & 祭り", time(9), time(10))


def satellite_of_its_own(main, satellite):
    main.holiday_rule = "school_holiday"
    main.save()
    satellite.year_end_rule = "open"
    satellite.save()
    for weekday in (0, 3, 6):
        OpeningHours.objects.create(
            site=satellite,
            season="term",
            weekday=weekday,
            opens=time(9, 15),
            closes=time(12),
        )
    change(main, date(2026, 6, 4), None, "本拠点だけ休み")
    change(satellite, date(2026, 6, 8), None, "サテライトだけ休み")


def change(site, first, last, reason, opens=None, closes=None):
    OpeningException.objects.create(
        site=site, date=first, last_day=last, reason=reason, opens=opens, closes=closes
    )


def months_of(client, slug, start, end, language=""):
    """The words of each day, by the table and by the list, in a language."""
    table, listed, month = {}, {}, start.replace(day=1)
    while month <= end:
        html = client.get(
            f"{language}/sites/{slug}/calendar/?month={month:%Y-%m}"
        ).content
        page = BeautifulSoup(html, "html.parser")
        for kept, within in ((table, ".month-table"), (listed, ".month-list")):
            for cell in page.select(f"{within} [data-date]"):
                words = " ".join(cell.get_text(" ").split())
                kept[date.fromisoformat(cell["data-date"])] = words
        month = months_later(month, 1)
    return table, listed


def subscribed(client, slug, language=""):
    """The open days of the calendar that people keep, in a language."""
    content = client.get(f"{language}/sites/{slug}/calendar.ics").content
    found = {}
    for event in icalendar.Calendar.from_ical(content).walk("VEVENT"):
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        if isinstance(start, datetime):
            found[start.astimezone(TOKYO).date()] = (
                f"{start.astimezone(TOKYO):%H:%M}",
                f"{end.astimezone(TOKYO):%H:%M}",
            )
    return found


def services_on(client, path):
    """The services that a page tells machines of, by their name for machines."""
    page = BeautifulSoup(client.get(path).content, "html.parser")
    block = page.select_one('script[type="application/ld+json"]').string
    graph = json.loads(block)["@graph"]
    return {row["@id"]: row for row in graph if row["@type"] == "GovernmentService"}


def told_to_machines(client, slug):
    """The hours of the page's JSON-LD."""
    (service,) = services_on(client, f"/sites/{slug}/").values()
    return service["hoursAvailable"]


def on_their_own_pages(client):
    """The services of the pages of all sites; the top page tells the same."""
    return services_on(client, "/sites/enmusubi/") | services_on(
        client, "/sites/bb-house/"
    )


def opened(rows, day, opens, closes):
    """Of rows by day the open ones."""
    return {
        date.fromisoformat(row[day]): (row[opens][:5], row[closes][:5])
        for row in rows
        if row.get(opens)
    }


def agrees_in(code, client, site, first, last):
    """Table and list say of each day what is known of it, in a language."""
    mark = "" if code == "ja" else f"/{code}"
    shown = months_of(client, site.slug, first, last, mark)
    with translation.override(code):
        for day in opening_days(site, first, last):
            hours = f" {day.hours_text}" if day.is_open else ""
            for words in (found[day.date] for found in shown):
                assert f"{day.mark.label}{hours}" in words, (code, day)
                assert said(day.reason) in words, (code, day)


@pytest.mark.parametrize("slug", ["enmusubi", "bb-house"])
@pytest.mark.parametrize(
    "settings_of", [unsettled, everything_settled, satellite_of_its_own]
)
def test_they_agree_on_every_day_of_a_fiscal_year(
    slug, settings_of, client, seeded, monkeypatch
):
    SchoolHoliday.objects.all().delete()
    settings_of(Site.objects.get(slug="enmusubi"), Site.objects.get(slug="bb-house"))
    site = Site.objects.with_parent().get(slug=slug)
    seen = set()
    for morning in MORNINGS:
        now = datetime.combine(morning, time(8), TOKYO)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        end = min(LAST, morning + timedelta(days=CALENDAR_DAYS))
        days = opening_days(site, morning, end)
        wanted = {
            day.date: (f"{day.opens:%H:%M}", f"{day.closes:%H:%M}")
            for day in days
            if day.is_open
        }
        for code in languages.FIRST:
            agrees_in(code, client, site, morning, end)
        entries = told_to_machines(client, slug)
        for day in days:
            assert hours_on(entries, day.date) == wanted.get(day.date), day
        assert services_on(client, "/") == on_their_own_pages(client)
        query = f"from={morning}&to={end}"
        told = client.get(f"/api/v1/sites/{slug}/opening-days?{query}").json()
        assert opened(told, "date", "opens", "closes") == wanted
        rows = csv.DictReader(
            io.StringIO(
                client.get("/opendata/kaishobi.csv").content.decode("utf-8-sig")
            )
        )
        kept = opened(
            [row for row in rows if row["ID"] == slug], "日付", "開始時間", "終了時間"
        )
        services = client.get("/opendata/hsds.json").json()["services"]
        service = next(row for row in services if row["name"] == site.name)
        listed_abroad = opened(
            service["schedules"], "valid_from", "opens_at", "closes_at"
        )
        kept_in = [subscribed(client, slug, mark) for mark in ("", "/ja-hira", "/en")]
        for found in (*kept_in, kept, listed_abroad):
            assert {day: hours for day, hours in found.items() if day <= end} == wanted
        seen |= {day.date for day in days}
        state = states_now([site])[0]
        assert state.today.is_open is (morning in wanted)
    assert len(seen) == 365


def test_each_change_to_come_stands_in_the_list_of_facilities(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    day = timezone.localdate() + timedelta(days=9)
    change(site, day, None, "工事のため")
    content = client.get("/opendata/kosodate-shisetsu.csv").content
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert f"{day}は臨時休所（工事のため）" in row["利用可能日時特記事項"]
    feed = client.get("/feed.xml").text
    assert "工事のため" in feed


def test_the_top_page_tells_who_provides_the_service_and_for_whom(client, seeded):
    services = services_on(client, "/").values()
    assert [row["name"] for row in services] == ["とよなか縁結実", "BBハウス"]
    for service in services:
        assert service["provider"] == {
            "@type": "GovernmentOrganization",
            "name": "豊中市 こども支援課 支援企画係",
        }
        assert service["areaServed"]["name"] == "大阪府豊中市"
        assert service["hoursAvailable"]
        assert service["audience"]["audienceType"].startswith("市・学校")
    assert "address" not in str(services)
    Site.objects.filter(slug="bb-house").update(is_public=False)
    assert len(services_on(client, "/")) == 1
