"""When a site is open: the precedence of the rules, on real and on drawn timetables."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import jpholiday
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs.clock import dates, span
from programs.days import Kind, Mark
from programs.hours import (
    Timetable,
    missing_years,
    next_change,
    opening_days,
    opening_on,
    site_days,
    state_of,
    states_now,
    timetables,
    winners,
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


def table(rule="unknown", exceptions=(), periods=(), **facts):
    return Timetable(
        Site(slug="s", name="s", holiday_rule=rule, **facts),
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


new_year_days = st.builds(
    lambda year, after: date(year, 12, 25) + timedelta(days=after),
    st.integers(2020, 2034),
    st.integers(0, 15),
)


@given(
    on=drawn_days | new_year_days,
    rule=rules,
    year_end=st.sampled_from(["", "open", "closed"]),
    first=st.none() | st.integers(20, 31),
    last=st.none() | st.integers(1, 10),
    changed=st.booleans(),
    in_holidays=st.booleans(),
)
def test_the_higher_rule_decides_whatever_the_lower_ones_say(
    on, rule, year_end, first, last, changed, in_holidays
):
    closure = OpeningException(date=on, reason="台風")
    period = SchoolHoliday(name="休み", starts_on=on, ends_on=on)
    day = table(
        rule,
        [closure] if changed else [],
        [period] if in_holidays else [],
        year_end_rule=year_end,
        year_end_from=first,
        new_year_until=last,
    ).day(on)
    over_new_year = (on.month == 12 and on.day >= (first or 29)) or (
        on.month == 1 and on.day <= (last or 3)
    )
    if changed:
        wanted = Kind.EXCEPTION
    elif year_end == "closed" and over_new_year:
        wanted = Kind.YEAR_END
    elif in_holidays:
        wanted = Kind.SCHOOL_HOLIDAY
    elif jpholiday.is_holiday(on):
        wanted = Kind.PUBLIC_HOLIDAY
    else:
        wanted = Kind.TERM
    assert day.kind == wanted
    usual = (1 <= on.weekday() <= 5) and not (
        wanted == Kind.PUBLIC_HOLIDAY and rule == Site.HolidayRule.CLOSED
    )
    assert day.is_open is (wanted not in (Kind.EXCEPTION, Kind.YEAR_END) and usual)
    doubt = "年末年始はお問い合わせください"
    assert (doubt in day.reason) is (day.is_open and over_new_year and not year_end)


@given(
    ranges=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=6
    )
)
def test_of_two_changes_on_one_day_the_shorter_then_the_later_one_counts(ranges):
    start = date(2026, 11, 1)
    rows = [
        OpeningException(
            pk=number,
            site_id=7,
            date=start + timedelta(days=first),
            last_day=start + timedelta(days=first + more) if more else None,
            reason=str(number),
        )
        for number, (first, more) in enumerate(ranges, start=1)
    ]
    found = winners(rows, start, start + timedelta(days=60)).get(7, {})
    for on in dates(start, start + timedelta(days=60)):
        holding = [row for row in rows if row.date <= on <= row.ends_on]
        best = min(
            holding, key=lambda row: (row.ends_on - row.date, -row.pk), default=None
        )
        assert found.get(on) is best


def test_a_closure_of_several_days_holds_on_each_and_no_other(site):
    OpeningException.objects.create(
        site=site, date=date(2026, 12, 1), last_day=date(2026, 12, 3), reason="工事"
    )
    OpeningException.objects.create(
        site=site, date=date(2026, 12, 2), opens=time(17), closes=time(18), reason="短"
    )
    days = opening_days(site, date(2026, 12, 2), date(2026, 12, 4))
    assert [(day.opens, day.mark) for day in days] == [
        (time(17), Mark.CHANGED),
        (None, Mark.EXTRA),
        (time(16), Mark.OPEN),
    ]
    assert [day.date.day for day in site_days(site, *two_days)] == [2]


two_days = (date(2026, 12, 2), date(2026, 12, 3))


def test_a_satellite_without_a_new_year_rule_follows_its_main_site(site):
    site.year_end_rule = Site.YearEndRule.CLOSED
    site.save()
    satellite = SiteFactory(parent=site, operator=site.operator, hours=False)
    eve = date(2026, 12, 30)
    assert opening_on(satellite, eve).kind == Kind.YEAR_END
    satellite.year_end_rule = Site.YearEndRule.OPEN
    satellite.save()
    assert opening_on(satellite, eve).is_open


def test_pages_next_change_at_the_opening_the_closing_and_midnight(site):
    def change(hour, minute=0):
        at = datetime(2026, 11, 24, hour, minute, tzinfo=TOKYO)
        return next_change(at.astimezone(UTC)).astimezone(TOKYO)

    assert change(9) == datetime(2026, 11, 24, 16, tzinfo=TOKYO)
    assert change(16) == datetime(2026, 11, 24, 21, tzinfo=TOKYO)
    assert change(21) == datetime(2026, 11, 25, tzinfo=TOKYO)
    Site.objects.update(is_public=False)
    assert change(9) == datetime(2026, 11, 25, tzinfo=TOKYO)


def test_a_fiscal_year_without_school_holidays_is_told(db):
    winter = SchoolHoliday(
        name="冬休み", starts_on=date(2026, 12, 25), ends_on=date(2027, 1, 6)
    )
    assert missing_years(date(2026, 11, 1)) == [2026]
    winter.save()
    assert winter.fiscal_year_words() == "令和8年度"
    assert missing_years(date(2026, 11, 1)) == []
    assert missing_years(date(2027, 1, 4)) == [2027]


def test_a_change_of_a_fact_dates_its_site_and_the_satellites(site):
    satellite = SiteFactory(parent=site, operator=site.operator, hours=False)
    other = SiteFactory()
    before = {row.pk: row.facts_at for row in Site.objects.all()}
    OpeningException.objects.create(site=site, date=date(2026, 12, 1), reason="工事")
    after = {row.pk: row.facts_at for row in Site.objects.all()}
    assert after[site.pk] > before[site.pk]
    assert after[satellite.pk] > before[satellite.pk]
    assert after[other.pk] == before[other.pk]


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


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ja", "16時～21時30分"),
        ("ja-hira", "16時～21時30分"),
        ("en", "16:00–21:30"),
    ],
)
def test_hours_are_written_as_each_language_writes_them(language, told):
    with translation.override(language):
        assert span(time(16), time(21, 30)) == told
