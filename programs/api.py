"""The public facts of the programme as JSON."""

from datetime import date, time, timedelta

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from programs.hours import opening_days
from programs.models import ServiceType, Site

LONGEST_RANGE = timedelta(days=365)

router = Router(tags=["programme"])


class ServiceOut(Schema):
    """A service as the public knows it."""

    code: str
    label: str = Field(alias="label_public")
    description: str


class SiteOut(Schema):
    """A site; what is empty is not settled, and the address only as far as shown."""

    slug: str
    name: str
    name_kana: str
    parent: str | None
    capacity_guide: int | None
    capacity_note: str
    audience: str
    address: str = Field(alias="shown_address")
    phone: str
    fee_note: str
    as_of: str

    @staticmethod
    def resolve_parent(site: Site) -> str | None:
        """The slug of the main site, unless that one is hidden."""
        return site.parent.slug if site.parent and site.parent.is_public else None


class OpeningDayOut(Schema):
    """One day of a site; *kind* names the rule that decided."""

    date: date
    is_open: bool
    opens: time | None
    closes: time | None
    kind: str
    reason: str


class Range(Schema):
    """The days asked for, both included."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")


@router.get("/services", response=list[ServiceOut], url_name="services")
def services(request: HttpRequest):
    """The services shown to the public."""
    return ServiceType.objects.public()


@router.get("/sites", response=list[SiteOut], url_name="sites")
def sites(request: HttpRequest):
    """The sites shown to the public."""
    return Site.objects.public().with_parent()


@router.get(
    "/sites/{slug}/opening-days",
    response=list[OpeningDayOut],
    url_name="opening_days",
)
def days(request: HttpRequest, slug: str, asked: Query[Range]):
    """Each day of a range, open or closed; at most a year at once."""
    site = Site.objects.public().with_parent().filter(slug=slug).first()
    if site is None:
        raise Http404
    if not timedelta() <= asked.end - asked.start <= LONGEST_RANGE:
        raise HttpError(422, _("Give a range of at most 366 days, first day first."))
    return opening_days(site, asked.start, asked.end)
