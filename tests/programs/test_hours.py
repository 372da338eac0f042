"""When a site is open: the precedence of the rules, on real and on drawn timetables."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.hours import (
    Kind,
    Timetable,
    dates,
    opening_days,
    opening_on,
    state_of,
    states_now,
    timetables,
)
from programs.models import OpeningException, OpeningHours, SchoolHoliday, Site
from tests.factories import SiteFactory

TOKYO = ZoneInfo("Asia/Tokyo")
UTC = ZoneInfo("UTC")
LABOUR_DAY = date(2026, 11, 23)  # a Monday
CULTURE_DAY = date(2026, 11, 3)  # a Tuesday


def seed_weekly():
    rows = {}
    for weekday in range(1, 6):
        opens = time(11) if weekday == 5 else time(16)
        for season, start in (("term", opens), ("school_holiday", time(11))):
            rows[season, weekday] = OpeningHours(
                season=season, weekday=weekday, opens=start, closes=time(21)
            )
    return rows


def table(rule="unknown", exceptions=(), periods=()):
    return Timetable(
        Site(slug="s", name="s", holiday_rule=rule),
        seed_weekly(),
        {row.date: row for row in exceptions},
        list(periods),
    )


def test_october_2026_has_23_open_days_and_140_hours(db):
    days = opening_days(SiteFactory(), date(2026, 10, 1), date(2026, 10, 31))
    assert sum(day.is_open for day in days) == 23
    assert sum(day.minutes for day in days) == 140 * 60


@pytest.mark.parametrize(
    ("rule", "is_open", "opens", "reason"),
    [
        ("unknown", True, time(16), "祝日はお問い合わせください"),
        ("open", True, time(16), "文化の日"),
        ("closed", False, None, "文化の日"),
        ("school_holiday", True, time(11), "文化の日"),
    ],
)
def test_a_public_holiday_follows_the_rule_of_the_site(rule, is_open, opens, reason):
    day = table(rule).day(CULTURE_DAY)
    assert (day.is_open, day.opens, day.reason) == (is_open, opens, reason)
    assert day.kind == Kind.PUBLIC_HOLIDAY


def test_an_unsettled_holiday_on_a_closed_weekday_raises_no_doubt():
    day = table().day(LABOUR_DAY)
    assert not day.is_open
    assert "お問い合わせ" not in day.reason


def test_school_holidays_win_over_the_public_holiday_rule():
    period = SchoolHoliday(name="秋休み", starts_on=CULTURE_DAY, ends_on=CULTURE_DAY)
    day = table("closed", periods=[period]).day(CULTURE_DAY)
    assert (day.kind, day.opens) == (Kind.SCHOOL_HOLIDAY, time(11))


def test_winter_holidays_run_over_the_new_year(db):
    SchoolHoliday.objects.create(
        name="冬休み", starts_on=date(2026, 12, 25), ends_on=date(2027, 1, 6)
    )
    days = {
        day.date: day
        for day in opening_days(SiteFactory(), date(2026, 12, 22), date(2027, 1, 8))
    }
    assert days[date(2026, 12, 24)].opens == time(16)
    assert days[date(2026, 12, 29)].opens == time(11)
    assert days[date(2027, 1, 5)].opens == time(11)
    assert days[date(2027, 1, 7)].opens == time(16)
    assert not days[date(2027, 1, 4)].is_open


drawn_days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
rules = st.sampled_from(Site.HolidayRule.values)


@st.composite
def drawn_exceptions(draw, on):
    if draw(st.booleans()):
        return OpeningException(date=on, reason="台風")
    opens = draw(st.integers(0, 22))
    closes = draw(st.integers(opens + 1, 23))
    return OpeningException(
        date=on, opens=time(opens), closes=time(closes), reason="変更"
    )


@given(on=drawn_days, rule=rules, in_holidays=st.booleans(), data=st.data())
def test_an_exception_wins_over_every_other_rule(on, rule, in_holidays, data):
    exception = data.draw(drawn_exceptions(on))
    period = SchoolHoliday(name="休み", starts_on=on, ends_on=on)
    day = table(rule, [exception], [period] if in_holidays else []).day(on)
    assert day.kind == Kind.EXCEPTION
    assert (day.opens, day.closes) == (exception.opens, exception.closes)
    assert day.is_open is (exception.opens is not None)


@given(on=drawn_days, rule=rules, in_holidays=st.booleans())
def test_sundays_and_mondays_are_never_open_by_the_seeds_timetable(
    on, rule, in_holidays
):
    period = SchoolHoliday(name="休み", starts_on=on, ends_on=on)
    day = table(rule, periods=[period] if in_holidays else []).day(on)
    if on.weekday() in (0, 6):
        assert not day.is_open
    if day.is_open:
        assert day.opens < day.closes
        assert day.minutes in (300, 600)
    else:
        assert day.minutes == 0


@given(start=drawn_days, length=st.integers(-5, 400))
def test_a_range_gives_each_day_once_in_order(start, length):
    found = dates(start, start + timedelta(days=length))
    assert len(found) == max(0, length + 1)
    assert found == sorted(set(found))


def test_a_satellite_keeps_the_hours_of_its_main_site_until_it_has_its_own(site):
    satellite = SiteFactory(parent=site, operator=site.operator, hours=False)
    saturday = date(2026, 11, 28)
    assert opening_on(satellite, saturday).opens == time(11)
    OpeningException.objects.create(site=site, date=saturday, reason="台風")
    assert not opening_on(satellite, saturday).is_open
    OpeningException.objects.create(
        site=satellite, date=saturday, opens=time(13), closes=time(15), reason="短縮"
    )
    assert opening_on(satellite, saturday).opens == time(13)
    assert not opening_on(site, saturday).is_open
    OpeningHours.objects.create(
        site=satellite, season="term", weekday=1, opens=time(9), closes=time(10)
    )
    assert opening_on(satellite, date(2026, 11, 25)).is_open is False
    assert opening_on(satellite, date(2026, 11, 24)).opens == time(9)


def test_a_satellite_without_a_rule_follows_the_rule_of_its_main_site(site):
    site.holiday_rule = Site.HolidayRule.CLOSED
    site.save()
    satellite = SiteFactory(parent=site, operator=site.operator, hours=False)
    assert not opening_on(satellite, CULTURE_DAY).is_open


@pytest.mark.parametrize("length", [1, 30, 366])
def test_a_range_costs_the_same_queries_however_long(
    length, site, django_assert_num_queries
):
    SiteFactory(parent=site, operator=site.operator, hours=False)
    end = date(2026, 4, 1) + timedelta(days=length)
    with django_assert_num_queries(3):
        opening_days(site, date(2026, 4, 1), end)
    sites = list(Site.objects.with_parent())
    with django_assert_num_queries(3):
        for each in timetables(sites, date(2026, 4, 1), end):
            each.days(date(2026, 4, 1), end)


@pytest.mark.parametrize(
    ("at", "state", "words"),
    [
        (datetime(2026, 11, 24, 15, 59), "later", "きょうは16時に開きます"),
        (datetime(2026, 11, 24, 16, 0), "open", "ただいま開いています（21時まで）"),
        (datetime(2026, 11, 24, 20, 59), "open", "ただいま開いています（21時まで）"),
        (datetime(2026, 11, 24, 21, 0), "over", "きょうは終わりました"),
        (datetime(2026, 11, 30, 12, 0), "closed", "きょうはお休みです"),
    ],
)
def test_the_state_now_is_told_in_words(at, state, words):
    now = state_of(table(), at.replace(tzinfo=TOKYO))
    assert (now.state, now.words) == (state, words)


def test_the_state_is_computed_in_the_time_of_the_city():
    # 23:30 of Monday in UTC is 8:30 of Tuesday in Tokyo.
    now = state_of(table(), datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert now.today.date == date(2026, 11, 24)
    assert now.state == "later"


def test_a_closed_site_names_the_day_it_opens_next():
    now = state_of(table(), datetime(2026, 11, 29, 12, 0, tzinfo=TOKYO))
    assert now.next_day.date == date(2026, 12, 1)


def test_a_site_without_any_hours_is_closed_and_promises_nothing(db):
    site = SiteFactory(hours=False)
    now = states_now([site], datetime(2026, 11, 24, 17, 0, tzinfo=TOKYO))[0]
    assert (now.state, now.next_day) == ("closed", None)
