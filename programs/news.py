"""What is new: the pages of news, and the days on which opening hours differ."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localdate

from home.models import NewsPage
from programs.models import OpeningException, SchoolHoliday
from programs.querysets import of_public_sites

MOST = 50


def news_pages() -> QuerySet:
    """Published news in the language of the city, the latest first."""
    return NewsPage.latest().filter(locale__language_code=settings.LANGUAGE_CODE)


def school_holidays(since: datetime) -> QuerySet:
    """The school holidays entered or changed since a moment, as far as not over."""
    rows = SchoolHoliday.objects.filter(changed_at__gte=since)
    return rows.filter(ends_on__gte=localdate()).order_by("-changed_at", "-pk")


def changes_of_days(since: datetime) -> QuerySet:
    """The closures and changes entered since a moment, the latest first."""
    rows = OpeningException.objects.filter(changed_at__gte=since)
    return of_public_sites(rows).select_related("site").order_by("-changed_at", "-pk")
