"""The public facts of the programme as JSON."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from home.notices import public_places, shown_now
from programs.hours import opening_days
from programs.models import ServiceType, Site
from programs.news import news_pages
from programs.paging import Piece, piece_of

LONGEST_RANGE = timedelta(days=365)

router = Router(tags=["programme"])


class Problem(Schema):
    """What went wrong, after RFC 9457; ``title`` is a sentence in Japanese."""

    type: str = Field(description="Always about:blank.")
    title: str = Field(description="What went wrong and what to do.")
    status: int = Field(description="The status of the answer.")
    errors: list[dict[str, str]] | None = Field(
        None, description="Where a value could not be read: a pointer and a sentence."
    )


NOT_FOUND = {404: Problem}
UNREADABLE = {422: Problem}


class ServiceOut(Schema):
    """A service as the public knows it."""

    code: str = Field(description="The code, which never changes.", examples=["S4"])
    label: str = Field(
        alias="label_public",
        description="What it is called for the public.",
        examples=["食事の提供"],
    )
    description: str = Field(description="A few words about it; may be empty.")


class SiteOut(Schema):
    """A site; what is empty is not settled, and the address only as far as shown."""

    slug: str = Field(description="The name in addresses.", examples=["enmusubi"])
    name: str = Field(description="The name.", examples=["とよなか縁結実"])
    name_kana: str = Field(description="The reading in katakana; may be empty.")
    parent: str | None = Field(description="The slug of the main site of a satellite.")
    capacity_guide: int | None = Field(
        description="For about how many children.", examples=[25]
    )
    capacity_note: str = Field(description="A note on the capacity.")
    audience: str = Field(description="Whom it is for.")
    address: str = Field(
        alias="shown_address", description="As far as it may be shown; may be empty."
    )
    phone: str = Field(description="The phone number; may be empty.")
    fee_note: str = Field(description="Fees; empty: please enquire.")
    as_of: str = Field(description="As of when this holds.", examples=["令和6年時点"])
    url: str = Field(description="The page with the calendar, for people.")
    calendar: str = Field(description="The calendar to subscribe to (iCalendar).")
    alert: str = Field(description="The emergency notice of this moment; may be empty.")
    last_modified: datetime = Field(
        alias="facts_at", description="When these facts or days last changed."
    )

    @staticmethod
    def resolve_parent(site: Site) -> str | None:
        """The slug of the main site, unless that one is hidden."""
        return site.parent.slug if site.parent and site.parent.is_public else None

    @staticmethod
    def resolve_url(site: Site) -> str:
        return f"{settings.PUBLIC_URL}/sites/{site.slug}/"

    @staticmethod
    def resolve_calendar(site: Site) -> str:
        return f"{settings.PUBLIC_URL}{reverse('site_calendar', args=[site.slug])}"


class OpeningDayOut(Schema):
    """One day of a site; *kind* names the rule that decided."""

    date: date
    is_open: bool = Field(description="Whether it opens on that day.")
    opens: time | None = Field(description="When it opens; null on a closed day.")
    closes: time | None = Field(description="When it closes; null on a closed day.")
    kind: str = Field(
        description="exception, year_end, school_holiday, public_holiday or term."
    )
    reason: str = Field(description="For people to read; may be empty.")


class Range(Schema):
    """The days asked for, both included; at most 366."""

    start: date = Field(alias="from", examples=["2026-10-01"])
    end: date = Field(alias="to", examples=["2026-10-31"])


class NoticeOut(Schema):
    """An emergency notice of this moment."""

    level: str = Field(description="urgent or information.")
    title: str
    body: str = Field(description="A few words more; may be empty.")
    link: str = Field(description="The one page it leads to; may be empty.")
    starts_at: datetime
    ends_at: datetime
    sites: list[str] = Field(description="The slugs it speaks for; empty: all.")


class NewsOut(Schema):
    """A published page of news."""

    title: str
    url: str = Field(description="The page, for people.")
    published_at: datetime | None
    changed_at: datetime | None


def alert_for(site: Site, notices: list) -> str:
    """The notices that speak for a site, in one line."""
    return "／".join(
        " ".join(filter(None, [notice.title, notice.body]))
        for notice, places in notices
        if not places or site in places
    )


def with_alerts(sites: list[Site]) -> list[Site]:
    """The sites with what is urgent about them now."""
    notices = [(notice, public_places(notice)) for notice in shown_now()]
    for site in sites:
        site.alert = alert_for(site, notices)
    return sites


def public_site(slug: str) -> Site:
    """The public site of that name; 404 for a hidden one as for none."""
    site = Site.objects.public().with_parent().filter(slug=slug[:60]).first()
    if site is None:
        raise Http404
    return site


@router.get(
    "/services",
    response={200: list[ServiceOut]} | UNREADABLE,
    url_name="services",
    summary="The services shown to the public",
)
def services(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    return piece_of(ServiceType.objects.public(), piece, request, response)


@router.get(
    "/sites",
    response={200: list[SiteOut]} | UNREADABLE,
    url_name="sites",
    summary="The sites shown to the public",
)
def sites(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    rows = Site.objects.public().with_parent()
    return with_alerts(piece_of(rows, piece, request, response))


@router.get(
    "/sites/{slug}",
    response={200: SiteOut} | NOT_FOUND,
    url_name="site",
    summary="One site",
)
def site(request: HttpRequest, slug: str):
    return with_alerts([public_site(slug)])[0]


@router.get(
    "/sites/{slug}/opening-days",
    response={200: list[OpeningDayOut]} | NOT_FOUND | UNREADABLE,
    url_name="opening_days",
    summary="Each day of a range, open or closed; at most 366 days at once",
)
def days(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    asked: Query[Range],
    piece: Query[Piece],
):
    site = public_site(slug)
    if not timedelta() <= asked.end - asked.start <= LONGEST_RANGE:
        raise HttpError(422, _("Give a range of at most 366 days, first day first."))
    found = opening_days(site, asked.start, asked.end)
    return piece_of(found, piece, request, response)


@router.get(
    "/notices",
    response={200: list[NoticeOut]},
    url_name="notices",
    summary="The emergency notices of this moment",
)
def notices(request: HttpRequest):
    return [
        {
            "level": notice.level,
            "title": notice.title,
            "body": notice.body,
            "link": notice.link,
            "starts_at": notice.starts_at,
            "ends_at": notice.ends_at,
            "sites": [site.slug for site in public_places(notice)],
        }
        for notice in shown_now()
    ]


@router.get(
    "/news",
    response={200: list[NewsOut]} | UNREADABLE,
    url_name="news",
    summary="The published news, the latest first",
)
def news(request: HttpRequest, response: HttpResponse, piece: Query[Piece]):
    return [
        {
            "title": page.title,
            "url": page.get_full_url(request),
            "published_at": page.first_published_at,
            "changed_at": page.last_published_at,
        }
        for page in piece_of(news_pages(), piece, request, response)
    ]
