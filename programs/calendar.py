"""Months on the page, and the calendar that people take along."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.languages import tag_of
from home.phrases import said
from programs.clock import length
from programs.days import MEANINGS, Kind, Mark, OpeningDay
from programs.hours import opening_days
from programs.models.facts import Site

MONTH = re.compile(r"(\d{4})-(\d{2})")
MONTHS_AROUND = 12
CALENDAR_DAYS = 180
PLACES = ZoneInfo("Asia/Tokyo")
# SEQUENCE counts the seconds from here to the last change: it only ever grows.
SEQUENCE_START = datetime(2024, 1, 1, tzinfo=PLACES)


@dataclass(frozen=True)
class MonthSheet:
    """One month of a site in weeks from Monday; days of other months are None."""

    first: date
    days: list[OpeningDay]
    weeks: list[list[OpeningDay | None]]
    previous: date | None
    following: date | None

    @property
    def open_days(self) -> int:
        return sum(day.is_open for day in self.days)

    @property
    def open_time(self) -> str:
        """All the hours of the month together: ``140時間``."""
        return length(sum(day.minutes for day in self.days))

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        """Every word that a day may carry, with its meaning."""
        return [(mark, mark.label, MEANINGS[mark]) for mark in Mark]


def months_later(first: date, months: int) -> date:
    """The first of the month that many months away."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def month_in(text: str, today: date) -> date | None:
    """The month that ``2026-12`` names; None if unreadable or over a year away."""
    match = MONTH.fullmatch(unicodedata.normalize("NFKC", text[:20]).strip())
    if not match or not 1 <= int(match[2]) <= 12 or not int(match[1]):
        return None
    first, around = date(int(match[1]), int(match[2]), 1), today.replace(day=1)
    nearest = months_later(around, -MONTHS_AROUND)
    return first if nearest <= first <= months_later(around, MONTHS_AROUND) else None


def month_sheet(site: Site, first: date, today: date) -> MonthSheet:
    """The sheet of a month, with the months before and after as far as they go."""
    last = months_later(first, 1) - timedelta(days=1)
    days = opening_days(site, first, last)
    cells = [None] * first.weekday() + days
    cells += [None] * (-len(cells) % 7)
    weeks = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    around = [
        month_in(f"{month:%Y-%m}", today)
        for month in (months_later(first, -1), months_later(first, 1))
    ]
    return MonthSheet(first, days, weeks, *around)


def is_worth_an_entry(day: OpeningDay) -> bool:
    """Open days, and closures that the weekday alone would not tell."""
    telling = (Kind.EXCEPTION, Kind.YEAR_END, Kind.PUBLIC_HOLIDAY)
    return day.is_open or day.kind in telling


def calendar_of(site: Site, start: date) -> bytes:
    """The next half year of a site as iCalendar, in the language that is active.

    The same facts give the same bytes: stamps and sequence come from the moment at
    which the site's facts last changed.
    """
    calendar = icalendar.Calendar()
    language = tag_of(get_language() or settings.LANGUAGE_CODE).upper()
    calendar.add("prodid", f"-//Ibasho//Opening days//{language}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", said(site.name))
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    calendar.add("refresh-interval;value=duration", "P1D")
    calendar.add_component(icalendar.Timezone.from_tzid("Asia/Tokyo"))
    for day in opening_days(site, start, start + timedelta(days=CALENDAR_DAYS)):
        if is_worth_an_entry(day):
            calendar.add_component(entry_of(site, day))
    return calendar.to_ical()


def entry_of(site: Site, day: OpeningDay) -> icalendar.Event:
    """One day as an entry; a closure takes up nobody's time."""
    entry = icalendar.Event()
    host = urlsplit(settings.PUBLIC_URL).hostname
    entry.add("uid", f"{day.date:%Y%m%d}-{site.slug}@{host}")
    entry.add("dtstamp", site.facts_at)
    entry.add("last-modified", site.facts_at)
    passed = (site.facts_at - SEQUENCE_START).total_seconds()
    entry.add("sequence", max(0, int(passed)))
    entry.add("url", f"{settings.PUBLIC_URL}{month_address(site, day.date)}")
    state = _("Open on that day") if day.is_open else _("Closed on that day")
    name = said(site.name)
    if day.is_open:
        entry.add("dtstart", datetime.combine(day.date, day.opens, PLACES))
        entry.add("dtend", datetime.combine(day.date, day.closes, PLACES))
        entry.add("summary", f"{name} {state} {day.opens:%H:%M}–{day.closes:%H:%M}")
    else:
        entry.add("dtstart", day.date)
        entry.add("dtend", day.date + timedelta(days=1))
        entry.add("summary", f"{name} {state}")
        entry.add("transp", "TRANSPARENT")
    if day.reason:
        entry.add("description", said(day.reason))
    return entry


def month_address(site: Site, on: date | None) -> str:
    """The path of the month's page that a day stands on, in the active language.

    Without a day it is the page that always shows the month of today.
    """
    path = reverse("site_month", args=[site.slug])
    return f"{path}?month={on:%Y-%m}" if on else path
