"""Opening days as iCalendar and as JSON tell the same as the pages."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.cache import cache
from django.utils import timezone

from programs.calendar import month_in, month_sheet
from programs.hours import opening_days
from programs.models import OpeningException, Site

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def seeded(seed_of_the_module, db):
    """The seed with its demo, which every test of this file takes."""
    cache.clear()


def test_the_calendar_holds_each_open_day_of_the_resolver(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    start = timezone.localdate()
    response = client.get("/sites/enmusubi/calendar.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(response.content)
    found = {
        (event["DTSTART"].dt, event["DTEND"].dt)
        for event in calendar.walk("VEVENT")
        if isinstance(event["DTSTART"].dt, datetime)
    }
    tokyo = ZoneInfo("Asia/Tokyo")
    wanted = {
        (
            datetime.combine(day.date, day.opens, tokyo),
            datetime.combine(day.date, day.closes, tokyo),
        )
        for day in opening_days(site, start, start + timedelta(days=180))
        if day.is_open
    }
    assert found == wanted
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids))


def test_a_closure_is_in_the_calendar_and_takes_nobodys_time(client, seeded):
    site = Site.objects.get(slug="enmusubi")
    day = timezone.localdate() + timedelta(days=3)
    OpeningException.objects.create(site=site, date=day, reason="台風のため\n休所")
    calendar = icalendar.Calendar.from_ical(
        client.get("/sites/enmusubi/calendar.ics").content
    )
    events = [e for e in calendar.walk("VEVENT") if e["DTSTART"].dt == day]
    assert len(events) == 1
    assert events[0]["TRANSP"] == "TRANSPARENT"
    assert events[0]["DESCRIPTION"] == "台風のため\n休所"


def test_the_calendar_of_a_missing_site_is_404(client, seeded):
    assert client.get("/sites/nowhere/calendar.ics").status_code == 404


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-12", date(2026, 12, 1)),
        ("２０２６－１２", date(2026, 12, 1)),
        ("2027-11", date(2027, 11, 1)),
        ("2027-12", None),
        ("2025-11", date(2025, 11, 1)),
        ("2025-10", None),
        ("2026-00", None),
        ("0000-01", None),
        ("2026-12\x00", None),
        ("", None),
    ],
)
def test_only_months_within_a_year_are_read(text, month):
    assert month_in(text, TODAY) == month


def test_the_sheet_ends_where_months_end(seeded):
    site = Site.objects.get(slug="enmusubi")
    sheet = month_sheet(site, date(2026, 12, 1), TODAY)
    assert [len(week) for week in sheet.weeks] == [7] * 5
    assert sum(day is not None for week in sheet.weeks for day in week) == 31
    assert (sheet.previous, sheet.following) == (date(2026, 11, 1), date(2027, 1, 1))
    assert month_sheet(site, date(2027, 11, 1), TODAY).following is None


def test_the_api_tells_what_the_resolver_tells(client, seeded):
    answer = client.get(
        "/api/v1/sites/enmusubi/opening-days?from=2026-10-01&to=2026-10-31"
    )
    days = answer.json()
    assert len(days) == 31
    assert sum(day["is_open"] for day in days) == 23
    assert days[1] == {
        "date": "2026-10-02",
        "is_open": True,
        "opens": "16:00:00",
        "closes": "21:00:00",
        "kind": "term",
        "reason": "",
    }


def test_the_api_lists_the_public_services_and_sites_only(client, seeded):
    Site.objects.filter(slug="bb-house").update(is_public=False)
    services = {row["code"] for row in client.get("/api/v1/services").json()}
    assert services == {"S1", "S2", "S3", "S4", "S6", "S7"}
    assert [row["slug"] for row in client.get("/api/v1/sites").json()] == ["enmusubi"]
    hidden = client.get(
        "/api/v1/sites/bb-house/opening-days?from=2026-10-01&to=2026-10-02"
    )
    assert hidden.status_code == 404


ANSWERS = {
    "": 422,
    "from=x&to=2026-10-01": 422,
    "from=2026-10-02&to=2026-10-01": 422,
    "from=2026-01-01&to=2030-01-01": 422,
    "from=0001-01-01&to=9999-12-31": 422,
    "from=0001-01-01&to=0001-01-02": 200,
    "from=9999-12-30&to=9999-12-31": 200,
}


def test_what_the_api_refuses_it_refuses_as_a_problem(client, seeded):
    days = "/api/v1/sites/enmusubi/opening-days?"
    wanted = {days + query: status for query, status in ANSWERS.items()}
    wanted["/api/v1/nothing"] = 404
    wanted["/api/v1/sites/nowhere/opening-days?from=2026-10-01&to=2026-10-02"] = 404
    for path, status in wanted.items():
        answer = client.get(path)
        assert answer.status_code == status, path
        if status != 200:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == status
            assert answer.json()["title"]


def test_the_documentation_of_the_api_comes_from_this_server(client, db):
    assert client.get("/api/v1/openapi.json").status_code == 200
    text = client.get("/api/v1/docs").text
    assert "https://" not in text
    assert "/static/ninja/" in text
