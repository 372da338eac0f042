"""Whether a page was of use: counted, limited, and nothing kept about anybody."""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page

from home.models import PageOpinion

MOST_AN_HOUR = 30
HOUR = 60 * 60


def is_too_often(address: str) -> bool:
    """Whether somebody answers faster than a reader can; remembered for an hour.

    The key is a digest that the hour and the secret go into; it is never stored.
    """
    hour = int(timezone.now().timestamp()) // HOUR
    secret = f"{settings.SECRET_KEY}:{hour}:{address}"
    key = f"home.opinions.{hashlib.sha256(secret.encode()).hexdigest()}"
    cache.add(key, 0, timeout=HOUR)
    try:
        return cache.incr(key) > MOST_AN_HOUR
    except ValueError:  # it ended in between
        return False


@transaction.atomic
def count(page: Page, answer: str) -> None:
    """One more of this answer on this page in this month."""
    month = timezone.localdate().replace(day=1)
    row, _made = PageOpinion.objects.get_or_create(
        page=page, month=month, answer=answer
    )
    PageOpinion.objects.filter(pk=row.pk).update(count=F("count") + 1)


def by_page_and_month(months: int = 12) -> list[dict]:
    """The counts of the last months: a row for each page and month."""
    first = timezone.localdate().replace(day=1)
    for _month in range(months - 1):
        first = (first - timezone.timedelta(days=1)).replace(day=1)
    rows: dict[tuple, dict] = {}
    counted = PageOpinion.objects.filter(month__gte=first).select_related("page")
    for opinion in counted.order_by("-month", "page__title"):
        row = rows.setdefault(
            (opinion.month, opinion.page_id),
            {"month": opinion.month, "page": opinion.page}
            | dict.fromkeys(PageOpinion.Answer.values, 0),
        )
        row[opinion.answer] = opinion.count
    return list(rows.values())
