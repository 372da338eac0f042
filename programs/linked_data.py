"""What sites tell machines about themselves: services of schema.org.

The hours come from the resolver: one entry for each weekday group of a season, and a
dated one for every day that a rule of the weekdays would not tell.
"""

from datetime import date, timedelta
from itertools import groupby

from django.conf import settings

from home.linked_data import Data, without_empty
from home.models import ContactSettings
from home.phrases import said
from programs.calendar import CALENDAR_DAYS
from programs.days import OpeningDay
from programs.hours import Timetable
from programs.models.facts import Site

WEEKDAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
]


def service_of(
    site: Site,
    url: str,
    hours: list[Data],
    *,
    contact: ContactSettings,
    is_own_page: bool = True,
) -> Data:
    """A site as the public service that it is; its address on its own page alone."""
    return without_empty(
        {
            "@type": "GovernmentService",
            "@id": f"{settings.PUBLIC_URL}/sites/{site.slug}/#service",
            "name": said(site.name),
            "serviceType": "児童育成支援拠点事業",
            "url": url,
            "description": said(site.audience),
            "areaServed": {
                "@type": "AdministrativeArea",
                "name": settings.MUNICIPALITY_NAME,
            },
            "provider": without_empty(
                {
                    "@type": "GovernmentOrganization",
                    "name": contact.office_name or settings.MUNICIPALITY_NAME,
                    "telephone": contact.office_phone,
                }
            ),
            "audience": without_empty(
                {"@type": "PeopleAudience", "audienceType": said(site.audience)}
            ),
            "availableChannel": without_empty(
                {
                    "@type": "ServiceChannel",
                    "serviceUrl": url,
                    "servicePhone": without_empty(
                        {"@type": "ContactPoint", "telephone": site.phone}
                    )
                    if site.phone
                    else None,
                    "serviceLocation": place_of(site) if is_own_page else None,
                    "availableLanguage": "ja",
                }
            ),
            "hoursAvailable": hours,
        }
    )


def place_of(site: Site) -> Data | None:
    """Where it is, as far as that may be shown."""
    if not site.shown_address:
        return None
    return {"@type": "Place", "name": site.name, "address": site.shown_address}


def specifications(table: Timetable, start: date) -> list[Data]:
    """Every day of the coming half year, days of the same kind in a row together.

    A row without ``opens`` is closed, as schema.org says. Read one day at a time,
    the entries tell exactly what the calendar tells.
    """
    days = table.days(start, start + timedelta(days=CALENDAR_DAYS))
    entries: list[Data] = []
    for _week, rows in groupby(days, key=week_of):
        for hours, same in groupby(rows, key=lambda day: (day.opens, day.closes)):
            entries.append(specification(list(same), *hours))
    return joined(entries)


def week_of(day: OpeningDay) -> date:
    return day.date - timedelta(days=day.date.weekday())


def specification(days: list[OpeningDay], opens, closes) -> Data:
    """One run of days with the same hours."""
    entry: Data = {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": [WEEKDAYS[day.date.weekday()] for day in days],
        "validFrom": f"{days[0].date}",
        "validThrough": f"{days[-1].date}",
    }
    if opens is not None:
        entry |= {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
    return entry


def joined(entries: list[Data]) -> list[Data]:
    """Runs that come back week after week become one entry over those weeks."""
    kept: list[Data] = []
    open_runs: dict[tuple, Data] = {}
    for entry in entries:
        key = (tuple(entry["dayOfWeek"]), entry.get("opens"), entry.get("closes"))
        before = open_runs.get(key)
        gap = timedelta(days=8 - len(entry["dayOfWeek"]))
        first = date.fromisoformat(entry["validFrom"])
        if (
            before is not None
            and date.fromisoformat(before["validThrough"]) + gap == first
        ):
            before["validThrough"] = entry["validThrough"]
            continue
        open_runs[key] = entry
        kept.append(entry)
    return kept


def hours_on(entries: list[Data], on: date) -> tuple[str, str] | None:
    """What a reader of the entries finds for a day; None: closed."""
    for entry in entries:
        holds = entry["validFrom"] <= f"{on}" <= entry["validThrough"]
        if holds and WEEKDAYS[on.weekday()] in entry["dayOfWeek"]:
            opens = entry.get("opens")
            return (opens, entry["closes"]) if opens else None
    return None
