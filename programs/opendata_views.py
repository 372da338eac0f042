"""The page of the open data, its files, and the feed of what is new."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from home import linked_data
from home.models import ContactSettings
from programs import news, opendata
from programs.calendar import month_address
from programs.models import Site
from staff.dates import wareki_weekday

READABLE = {"ensure_ascii": False}
FEED_DAYS = timedelta(days=180)


def datasets() -> list[dict]:
    """What there is, in words and with its files."""
    return [
        {
            "title": _("List of facilities for raising children"),
            "description": _(
                "The sites in the columns of the standard of local governments."
            ),
            "files": [
                file_of("facilities_csv", "CSV（UTF-8）", "text/csv"),
                file_of("facilities_json", "JSON", "application/json"),
            ],
        },
        {
            "title": _("Opening days"),
            "description": _("Every day of every site for half a year."),
            "files": [file_of("days_csv", "CSV（UTF-8）", "text/csv")]
            + [
                {
                    "address": reverse("site_calendar", args=[site.slug]),
                    "label": f"iCalendar：{site.name}",
                    "type": "text/calendar",
                }
                for site in Site.objects.public()
            ],
        },
        {
            "title": _("Services, places and times after HSDS 3"),
            "description": _("The same in the form that directories of help exchange."),
            "files": [file_of("hsds", "JSON（HSDS 3）", "application/json")],
        },
        {
            "title": _("Interfaces for programs"),
            "description": _("The same facts to ask for one by one."),
            "files": [
                {
                    "address": reverse("api-1:openapi-view"),
                    "label": _("Description of the API"),
                    "type": "text/html",
                },
                {
                    "address": reverse("api-1:openapi-json"),
                    "label": "OpenAPI",
                    "type": "application/json",
                },
                file_of("feed", _("What is new (Atom)"), "application/atom+xml"),
            ],
        },
    ]


def file_of(name: str, label: str, kind: str) -> dict:
    return {"address": reverse(name), "label": label, "type": kind}


def changed_at():
    """When any of it last changed."""
    return Site.objects.public().aggregate(at=Max("facts_at"))["at"] or timezone.now()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The data sets with their licence, for people and as DCAT-like metadata."""
    contact = ContactSettings.load()
    found = datasets()
    context = {
        "datasets": found,
        "publisher": settings.MUNICIPALITY_NAME,
        "licence": opendata.LICENCE,
        "changed_at": changed_at(),
        "contact": contact,
        "linked_data": linked_data.script(catalogue(found)),
    }
    return render(request, "programs/opendata.html", context)


def catalogue(found: list[dict]) -> list[dict]:
    """Each data set with its distributions, for catalogues to collect."""
    publisher = {"@type": "GovernmentOrganization", "name": settings.MUNICIPALITY_NAME}
    return [
        {
            "@type": "Dataset",
            "name": dataset["title"],
            "description": dataset["description"],
            "license": opendata.LICENCE,
            "creator": publisher,
            "publisher": publisher,
            "inLanguage": "ja",
            "isAccessibleForFree": True,
            "dateModified": changed_at().isoformat(),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": file["label"],
                    "encodingFormat": file["type"],
                    "contentUrl": f"{settings.PUBLIC_URL}{file['address']}",
                }
                for file in dataset["files"]
            ],
        }
        for dataset in found
    ]


def table(content: bytes, name: str) -> HttpResponse:
    """A CSV to save."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def facilities_csv(request: HttpRequest) -> HttpResponse:
    content = opendata.facility_csv(timezone.localdate())
    return table(content, f"{settings.MUNICIPALITY_CODE}_kosodate-shisetsu.csv")


@require_safe
def facilities_json(request: HttpRequest) -> JsonResponse:
    rows = opendata.facility_rows(timezone.localdate())
    return JsonResponse(rows, safe=False, json_dumps_params=READABLE)


@require_safe
def days_csv(request: HttpRequest) -> HttpResponse:
    content = opendata.opening_csv(timezone.localdate())
    return table(content, f"{settings.MUNICIPALITY_CODE}_kaishobi.csv")


@require_safe
def hsds(request: HttpRequest) -> JsonResponse:
    return JsonResponse(opendata.hsds(timezone.localdate()), json_dumps_params=READABLE)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """News and changes of opening days as Atom, the latest first."""
    address = f"{settings.PUBLIC_URL}{reverse('feed')}"
    atom = Atom1Feed(
        title=_("What is new at %(name)s") % {"name": settings.MUNICIPALITY_NAME},
        link=settings.PUBLIC_URL,
        description="",
        language="ja",
        feed_url=address,
        feed_guid=address,
    )
    for entry in sorted(entries(request), key=lambda e: e["updateddate"], reverse=True)[
        : news.MOST
    ]:
        atom.add_item(**entry)
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


def entries(request: HttpRequest) -> list[dict]:
    """What the feed tells: pages of news, and days that differ."""
    found = [
        {
            "title": page.title,
            "link": page.get_full_url(request),
            "description": page.search_description or getattr(page, "lead", ""),
            "unique_id": f"{settings.PUBLIC_URL}/news/{page.pk}",
            "pubdate": page.first_published_at,
            "updateddate": page.last_published_at,
        }
        for page in news_published()
    ]
    since = timezone.now() - FEED_DAYS
    for row in news.changes_of_days(since)[: news.MOST]:
        state = _("Open on that day") if row.opens else _("Closed on that day")
        hours = f" {row.opens:%H:%M}–{row.closes:%H:%M}" if row.opens else ""
        days = wareki_weekday(row.date)
        if row.last_day:
            days = f"{days}～{wareki_weekday(row.last_day)}"
        found.append(
            {
                "title": f"{row.site.name} {days} {state}{hours}",
                "link": f"{settings.PUBLIC_URL}{month_address(row.site, row.date)}",
                "description": row.reason,
                "unique_id": f"{settings.PUBLIC_URL}/changes/{row.pk}",
                "updateddate": row.changed_at,
            }
        )
    return found + holidays_entered(since)


def holidays_entered(since) -> list[dict]:
    """School holidays, which change the hours of every site."""
    site = Site.objects.public().first()
    rows = news.school_holidays(since)[: news.MOST] if site else []
    return [
        {
            "title": f"{row.name} {wareki_weekday(row.starts_on)}～"
            f"{wareki_weekday(row.ends_on)}",
            "link": f"{settings.PUBLIC_URL}{month_address(site, row.starts_on)}",
            "description": _("Open at the hours of the school holidays."),
            "unique_id": f"{settings.PUBLIC_URL}/holidays/{row.pk}",
            "updateddate": row.changed_at,
        }
        for row in rows
    ]


def news_published() -> list:
    """News that has been published at least once: all of it has a date."""
    return [page for page in news.news_pages()[: news.MOST] if page.last_published_at]
