"""When a site is open: the one resolver that pages, calendars and the API all ask.

Precedence, highest first: a closure or change of that day; the site's closure over the
New Year; a period of school holidays; the site's rule for public holidays; the hours of
the weekday. A satellite without hours of its own keeps the timetable of its main site,
closures included; a closure or change of its own still wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from operator import attrgetter

import jpholiday
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from home.phrases import said
from programs.clock import clock, dates, length, minutes_of, span
from programs.days import Kind, OpeningDay
from programs.models.facts import Site
from programs.models.opening import OpeningException, OpeningHours, SchoolHoliday
from staff.dates import fiscal_year

LOOK_AHEAD = timedelta(days=28)
HOLIDAY_YEARS = range(1949, 2150)
# What cities keep where a site's rule names no other days: 29 December to 3 January.
YEAR_END_FROM, NEW_YEAR_UNTIL = 29, 3
Season = OpeningHours.Season


@dataclass(frozen=True)
class WeekRow:
    """One weekday of a timetable, in words."""

    weekday: str
    is_open: bool
    hours: str
    length: str


@dataclass(frozen=True)
class Now:
    """The state of a site at a moment, and the next opening where it is not open."""

    site: Site
    state: str
    today: OpeningDay
    next_day: OpeningDay | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def words(self) -> str:
        """The state in words, such as ``ただいま開いています（21時まで）``."""
        if self.state == "open":
            return _("Open now (until %(time)s)") % {"time": clock(self.today.closes)}
        if self.state == "later":
            return _("Opens today at %(time)s") % {"time": clock(self.today.opens)}
        if self.state == "over":
            return _("Closed for today")
        return _("Closed today")


class Timetable:
    """The rules of one site, already read: answers for any day of the range."""

    def __init__(self, site: Site, weekly, exceptions, periods) -> None:
        self.site = site
        self.weekly: dict[tuple[str, int], OpeningHours] = weekly
        self.exceptions: dict[date, OpeningException] = exceptions
        self.periods: list[SchoolHoliday] = periods

    @cached_property
    def holiday_rule(self) -> str:
        """The site's own rule; a satellite's open question is its main site's."""
        rule, parent = self.site.holiday_rule, self.site.parent
        if rule == Site.HolidayRule.UNKNOWN and parent is not None:
            return parent.holiday_rule
        return rule

    def day(self, on: date) -> OpeningDay:
        """What holds on a day, by the precedence of this module."""
        exception = self.exceptions.get(on)
        if exception is not None:
            return OpeningDay(
                on,
                exception.opens is not None,
                exception.opens,
                exception.closes,
                Kind.EXCEPTION,
                said(exception.reason),
            )
        if self.is_closed_over_new_year(on):
            return OpeningDay(
                on, False, None, None, Kind.YEAR_END, str(Kind.YEAR_END.label)
            )
        return self.in_doubt(self.usual_day(on))

    def usual_day(self, on: date) -> OpeningDay:
        """What the seasons, the public holidays and the weekdays say."""
        period = next((p for p in self.periods if p.starts_on <= on <= p.ends_on), None)
        if period is not None:
            return self.weekly_day(
                on, Season.SCHOOL_HOLIDAY, Kind.SCHOOL_HOLIDAY, said(period.name)
            )
        holiday = holiday_name(on)
        if holiday:
            return self.public_holiday(on, " ".join(map(said, holiday.split())))
        return self.weekly_day(on, Season.TERM, Kind.TERM, "")

    @cached_property
    def year_end(self) -> tuple[str, int, int]:
        """The rule over the New Year with its first and last day, as above."""
        ruled = self.site
        if not ruled.year_end_rule and self.site.parent is not None:
            ruled = self.site.parent
        return (
            ruled.year_end_rule,
            ruled.year_end_from or YEAR_END_FROM,
            ruled.new_year_until or NEW_YEAR_UNTIL,
        )

    def is_over_new_year(self, on: date) -> bool:
        _rule, first, last = self.year_end
        return (on.month == 12 and on.day >= first) or (
            on.month == 1 and on.day <= last
        )

    def is_closed_over_new_year(self, on: date) -> bool:
        is_closed = self.year_end[0] == Site.YearEndRule.CLOSED
        return is_closed and self.is_over_new_year(on)

    @property
    def year_end_words(self) -> str:
        """The rule over the New Year in words; empty while it is not settled."""
        rule, first, last = self.year_end
        if rule == Site.YearEndRule.CLOSED:
            return _("Closed from December %(first)d to January %(last)d") % {
                "first": first,
                "last": last,
            }
        return str(Site.YearEndRule(rule).label) if rule else ""

    @property
    def holiday_words(self) -> str:
        """The rule for public holidays in words; empty while it is not settled."""
        if self.holiday_rule == Site.HolidayRule.UNKNOWN:
            return ""
        return str(Site.HolidayRule(self.holiday_rule).label)

    def in_doubt(self, day: OpeningDay) -> OpeningDay:
        """An open day under a rule that is not settled asks people to enquire."""
        if not day.is_open:
            return day
        doubt = ""
        if self.is_over_new_year(day.date) and not self.year_end[0]:
            doubt = _("Please enquire about the New Year")
        elif self.holiday_rule == Site.HolidayRule.UNKNOWN and holiday_name(day.date):
            doubt = _("Please enquire about public holidays")
        if not doubt:
            return day
        name = day.reason if day.kind == Kind.SCHOOL_HOLIDAY else ""
        return replace(day, reason="・".join(filter(None, [name, doubt])))

    def public_holiday(self, on: date, holiday: str) -> OpeningDay:
        """A public holiday outside the school holidays, by the site's rule."""
        kind = Kind.PUBLIC_HOLIDAY
        if self.holiday_rule == Site.HolidayRule.CLOSED:
            return OpeningDay(on, False, None, None, kind, holiday)
        season = Season.TERM
        if self.holiday_rule == Site.HolidayRule.SCHOOL_HOLIDAY:
            season = Season.SCHOOL_HOLIDAY
        return self.weekly_day(on, season, kind, holiday)

    def weekly_day(self, on: date, season: str, kind: str, reason: str) -> OpeningDay:
        row = self.weekly.get((season, on.weekday()))
        if row is None:
            return OpeningDay(on, False, None, None, kind, reason)
        return OpeningDay(on, True, row.opens, row.closes, kind, reason)

    def days(self, start: date, end: date) -> list[OpeningDay]:
        return [self.day(on) for on in dates(start, end)]

    def week(self, season: str) -> list[WeekRow]:
        """Monday to Sunday of a season, closed days included; empty if it has none."""
        rows = []
        for weekday in OpeningHours.Weekday:
            row = self.weekly.get((season, weekday.value))
            label = str(weekday.label)
            if row is None:
                rows.append(WeekRow(label, False, _("Closed on that day"), ""))
                continue
            minutes = minutes_of(row.closes) - minutes_of(row.opens)
            hours = span(row.opens, row.closes)
            rows.append(WeekRow(label, True, hours, length(minutes)))
        return rows if any(row.is_open for row in rows) else []

    @property
    def seasons(self) -> list[tuple[str, list[WeekRow]]]:
        """The tables of hours that a page shows, each with its heading."""
        found = [(str(season.label), self.week(season)) for season in Season]
        return [(label, rows) for label, rows in found if rows]


def holiday_name(on: date) -> str | None:
    """The name of a public holiday; none for years that no law speaks about."""
    return jpholiday.is_holiday_name(on) if on.year in HOLIDAY_YEARS else None


def timetables(sites: Iterable[Site], start: date, end: date) -> list[Timetable]:
    """The rules of several sites over a range: three queries, however many there are.

    Give sites that were read ``with_parent()``, or a satellite costs one query more.
    """
    sites = list(sites)
    wanted = {pk for site in sites for pk in (site.pk, site.parent_id) if pk}
    hours = OpeningHours.objects.filter(site__in=wanted)
    weekly: dict[int, dict] = {}
    for row in hours:
        weekly.setdefault(row.site_id, {})[row.season, row.weekday] = row
    exceptions = changes_by_day(wanted, start, end)
    periods = list(SchoolHoliday.objects.filter(starts_on__lte=end, ends_on__gte=start))
    tables = []
    for site in sites:
        own, changes = weekly.get(site.pk, {}), exceptions.get(site.pk, {})
        if not own and site.parent_id:
            own = weekly.get(site.parent_id, {})
            changes = exceptions.get(site.parent_id, {}) | changes
        tables.append(Timetable(site, own, changes, periods))
    return tables


def changes_by_day(sites: set[int], start: date, end: date) -> dict[int, dict]:
    """For each site the closure or change that wins on each day of the range."""
    found = OpeningException.objects.filter(
        Q(last_day=None, date__gte=start) | Q(last_day__gte=start),
        site__in=sites,
        date__lte=end,
    )
    return winners(found, start, end)


def winners(
    changes: Iterable[OpeningException], start: date, end: date
) -> dict[int, dict[date, OpeningException]]:
    """Of all changes the one that counts on each day."""
    by_site: dict[int, dict[date, OpeningException]] = {}
    for row in sorted(changes, key=attrgetter("rank")):
        days = dates(max(row.date, start), min(row.ends_on, end))
        by_site.setdefault(row.site_id, {}).update(dict.fromkeys(days, row))
    return by_site


def timetable(site: Site, start: date, end: date) -> Timetable:
    """The rules of one site over a range of days."""
    return timetables([site], start, end)[0]


def opening_days(site: Site, start: date, end: date) -> list[OpeningDay]:
    """Each day from *start* to *end*, both included; a constant number of queries."""
    return timetable(site, start, end).days(start, end)


def opening_on(site: Site, day: date) -> OpeningDay:
    """What holds for a site on one day."""
    return opening_days(site, day, day)[0]


def state_of(table: Timetable, at: datetime) -> Now:
    """The state at a moment in the time of the city, from rules already read."""
    local = timezone.localtime(at)
    today = table.day(local.date())
    if not today.is_open:
        state = "closed"
    elif local.time() < today.opens:
        state = "later"
    elif local.time() < today.closes:
        state = "open"
    else:
        state = "over"
    following = None
    if state in ("closed", "over"):
        start = local.date() + timedelta(days=1)
        following = next(
            (
                day
                for day in table.days(start, local.date() + LOOK_AHEAD)
                if day.is_open
            ),
            None,
        )
    return Now(table.site, state, today, following)


def states_now(sites: Iterable[Site], at: datetime | None = None) -> list[Now]:
    """The state of each site now (or at a moment), by a constant number of queries."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    return [
        state_of(table, at) for table in timetables(sites, today, today + LOOK_AHEAD)
    ]


def site_days(site: Site, start: date, end: date) -> list[OpeningDay]:
    """The days of a range on which a site is open: what casework counts on."""
    return [day for day in opening_days(site, start, end) if day.is_open]


def next_change(at: datetime | None = None) -> datetime:
    """When the public pages next change by themselves: an opening, a closing, midnight.

    A copy of a page that was made at *at* must not live longer than that.
    """
    local = timezone.localtime(at)
    today = local.date()
    moments = [datetime.combine(today + timedelta(days=1), time(), local.tzinfo)]
    for table in timetables(Site.objects.public().with_parent(), today, today):
        day = table.day(today)
        if day.is_open:
            moments += [
                datetime.combine(today, hour, local.tzinfo)
                for hour in (day.opens, day.closes)
            ]
    return min(moment for moment in moments if moment > local)


def missing_years(today: date) -> list[int]:
    """Fiscal years without any school holidays; the next one counts from January on."""
    years = [fiscal_year(today)]
    if today.month <= 3:
        years.append(years[0] + 1)
    known = {fiscal_year(row.starts_on) for row in SchoolHoliday.objects.all()}
    return [year for year in years if year not in known]
