"""The notices that pages show, and when that changes by itself."""

from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone

from home.freshness import remembered
from home.models import Notice

MOST = 5


def shown_now() -> list[Notice]:
    """The notices for every page: the urgent first, then the latest; never many.

    A notice whose places are all hidden from the public is hidden with them.
    """
    now = timezone.now()
    found = [
        notice
        for notice in remembered("notices", not_over)
        if notice.starts_at <= now < notice.ends_at
        and (public_places(notice) or not notice.sites.all())
    ]
    return sorted(found, key=lambda n: (n.is_urgent, n.pk), reverse=True)[:MOST]


def not_over() -> list[Notice]:
    """All that may still be shown, with their places, as the tables stand."""
    kept = Notice.objects.filter(withdrawn_at=None, ends_at__gt=timezone.now())
    return list(kept.prefetch_related("sites"))


def public_places(notice: Notice) -> list:
    """The places of a notice that may be named."""
    return [site for site in notice.sites.all() if site.is_public]


def next_change(at: datetime | None = None) -> datetime | None:
    """When a notice next appears or ends by itself; None if none will.

    A copy of a page that was made at *at* must not live longer than that.
    """
    at = at or timezone.now()
    kept = Notice.objects.filter(withdrawn_at=None, ends_at__gt=at)
    found = kept.aggregate(
        begins=Min("starts_at", filter=Q(starts_at__gt=at)), ends=Min("ends_at")
    )
    return min(filter(None, found.values()), default=None)
