"""When a site is open: the one resolver that pages, calendars and the API all ask.

Precedence, highest first: an exception of that day; a period of school holidays; the
site's rule for public holidays; the hours of the weekday. A satellite without hours of
its own keeps the timetable of its main site, exceptions included; an exception of its
own still wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

import jpholiday
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models.facts import (
    OpeningException,
    OpeningHours,
    SchoolHoliday,
    Site,
)

LOOK_AHEAD = timedelta(days=28)
HOLIDAY_YEARS = range(1949, 2150)
Season = OpeningHours.Season


class Kind(models.TextChoices):
    """Which rule decided about a day."""

    EXCEPTION = "exception", gettext_lazy("Change of that day")
    SCHOOL_HOLIDAY = "school_holiday", gettext_lazy("School holidays")
    PUBLIC_HOLIDAY = "public_holiday", gettext_lazy("Public holiday")
    TERM = "term", gettext_lazy("In term")


@dataclass(frozen=True)
class OpeningDay:
    """What is known about one site on one day; *reason* is for people to read."""

    date: date
    is_open: bool
    opens: time | None
    closes: time | None
    kind: str
    reason: str = ""

    @property
    def minutes(self) -> int:
        """How long it is open, in minutes; 0 on a closed day."""
        if not self.is_open:
            return 0
        return minutes_of(self.closes) - minutes_of(self.opens)

    @property
    def hours_text(self) -> str:
        """``16時～21時``, or that it is closed."""
        return (
            span(self.opens, self.closes) if self.is_open else _("Closed on that day")
        )

    @property
    def kind_label(self) -> str:
        """The rule that decided, in words."""
        return str(Kind(self.kind).label)


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
                exception.reason,
            )
        period = next((p for p in self.periods if p.starts_on <= on <= p.ends_on), None)
        holiday = holiday_name(on)
        if period is not None:
            day = self.weekly_day(
                on, Season.SCHOOL_HOLIDAY, Kind.SCHOOL_HOLIDAY, period.name
            )
        elif holiday:
            day = self.public_holiday(on, holiday)
        else:
            day = self.weekly_day(on, Season.TERM, Kind.TERM, "")
        return self.in_doubt(day) if holiday else day

    @property
    def holiday_words(self) -> str:
        """The rule for public holidays in words; empty while it is not settled."""
        if self.holiday_rule == Site.HolidayRule.UNKNOWN:
            return ""
        return str(Site.HolidayRule(self.holiday_rule).label)

    def in_doubt(self, day: OpeningDay) -> OpeningDay:
        """An open public holiday under no settled rule asks people to enquire."""
        if not day.is_open or self.holiday_rule != Site.HolidayRule.UNKNOWN:
            return day
        doubt = _("Please enquire about public holidays")
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


def dates(start: date, end: date) -> list[date]:
    """Every day from *start* to *end*, both included; empty if they are reversed."""
    return [
        date.fromordinal(ordinal)
        for ordinal in range(start.toordinal(), end.toordinal() + 1)
    ]


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
    exceptions: dict[int, dict] = {}
    for row in OpeningException.objects.filter(
        site__in=wanted, date__gte=start, date__lte=end
    ):
        exceptions.setdefault(row.site_id, {})[row.date] = row
    periods = list(SchoolHoliday.objects.filter(starts_on__lte=end, ends_on__gte=start))
    tables = []
    for site in sites:
        own, changes = weekly.get(site.pk, {}), exceptions.get(site.pk, {})
        if not own and site.parent_id:
            own = weekly.get(site.parent_id, {})
            changes = exceptions.get(site.parent_id, {}) | changes
        tables.append(Timetable(site, own, changes, periods))
    return tables


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


def minutes_of(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def clock(at: time) -> str:
    """A time as the city writes it: ``16時``, ``16時30分``."""
    if at.minute:
        return _("%(hour)d:%(minute)02d") % {"hour": at.hour, "minute": at.minute}
    return _("%(hour)d o'clock") % {"hour": at.hour}


def span(opens: time, closes: time) -> str:
    """``16時～21時``."""
    return f"{clock(opens)}～{clock(closes)}"


def length(minutes: int) -> str:
    """``5時間``, ``5時間30分``."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return _("%(hours)d hours %(minutes)d minutes") % {
            "hours": hours,
            "minutes": rest,
        }
    return _("%(hours)d hours") % {"hours": hours}
