"""Pages that go live or offline at a time: done by the worker, page by page."""

import logging

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision, get_default_page_content_type

logger = logging.getLogger(__name__)


def run_schedule() -> None:
    """Publish what is due and take offline what is over; one that fails stops no other.

    Harmless to call twice: each page is looked at again inside its own transaction.
    """
    now = timezone.now()
    over = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at")
    for key in list(over.values_list("pk", flat=True)):
        attempt(take_offline, key)
    due = Revision.objects.filter(
        approved_go_live_at__lte=now,
        base_content_type=get_default_page_content_type(),
    ).order_by("approved_go_live_at", "pk")
    for key in list(due.values_list("pk", flat=True)):
        attempt(publish, key)


def attempt(act, key: int) -> None:
    try:
        with transaction.atomic():
            act(key)
    except Exception as error:  # noqa: BLE001  the other pages go on
        logger.error("Schedule of page %s: %s", key, type(error).__name__)


def take_offline(key: int) -> None:
    page = (
        Page.objects.select_for_update()
        .filter(pk=key, live=True, expire_at__lte=timezone.now())
        .first()
    )
    if page:
        page.specific.unpublish(
            set_expired=True, log_action="wagtail.unpublish.scheduled"
        )


def publish(key: int) -> None:
    revision = (
        Revision.objects.select_for_update()
        .filter(pk=key, approved_go_live_at__lte=timezone.now())
        .first()
    )
    if revision:
        revision.publish(log_action="wagtail.publish.scheduled")
