"""The outbox: written with the fact, done afterwards, at least once.

A worker takes an item by compare-and-set under a random lease, in a transaction of its
own; only then the handler runs, outside every transaction. Who has lost the lease in
the meantime may not report the outcome.
"""

import logging
import secrets
import traceback
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.handlers import handler_for
from exchange.models import OutboxItem
from staff.models import AuditEvent, User
from staff.prepared import insert_all, made
from staff.services import record_event

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120)]
MAX_ATTEMPTS = len(BACK_OFF) + 1
LOST = "LeaseLost"


def enqueue(channel: str, key: str, payload: dict[str, Any]) -> OutboxItem:
    """Write down something to do, in the transaction of the fact that calls for it.

    The same *key* twice is one item. *payload* takes numbers and keys, never a name.
    """
    _check_keys(key)
    return OutboxItem.objects.get_or_create(
        key=key, defaults={"channel": channel, "payload": payload}
    )[0]


def enqueue_all(channel: str, payloads: dict[str, dict[str, Any]]) -> None:
    """The same for many at once, by key, in one statement."""
    _check_keys(*payloads)
    items = [
        made(OutboxItem, channel=channel, key=key, payload=payload)
        for key, payload in payloads.items()
    ]
    insert_all(items, ignore_conflicts=True)


def _check_keys(*keys: str) -> None:
    if not all(0 < len(key) <= 120 for key in keys):
        raise ValueError("The key of an outbox item has 1 to 120 characters.")


def run_now(key: str) -> bool:
    """Try an item at once, after the commit; True if it is done. Never raises.

    Where it is not done (somebody else has it, or it failed), the worker goes on.
    """
    try:
        item = OutboxItem.objects.filter(key=key).first()
        if item is None or item.done_at:
            return item is not None
        if item.dead_at:
            return False
        return _attempt(item)
    except Exception as error:  # noqa: BLE001  the request must not fail for it
        logger.error("Outbox: %s", place_of(error))
        return False


def run_due(limit: int) -> int:
    """Do up to *limit* items that are due, the oldest first; how many were done."""
    now = timezone.now()
    return sum(_attempt(item) for item in OutboxItem.objects.due(now)[:limit])


def place_of(error: BaseException) -> str:
    """The class of an exception and where it was raised; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = ""
    if frames:
        file = frames[-1].filename.replace("\\", "/").split("/")
        place = f" {'/'.join(file[-2:])}:{frames[-1].lineno}"
    return f"{type(error).__name__}{place}"[:200]


def _attempt(item: OutboxItem) -> bool:
    """Take the item, call its handler, report; True if it was done."""
    lease = _take(item)
    if not lease:
        return False
    try:
        handler_for(item.channel)(item.payload)
    except Exception as error:  # noqa: BLE001  whatever it is, it is tried again
        _give_back(item, lease, place_of(error))
        return False
    return _finish(item, lease)


def _take(item: OutboxItem) -> str:
    """A lease on the item as it was read, or an empty string if another has it.

    The attempt is counted here: an item that kills its worker ends as dead as well.
    """
    now = timezone.now()
    lease = secrets.token_hex(16)
    as_read = {"pk": item.pk, "lease": item.lease, "attempts": item.attempts}
    # Durable: whoever calls this inside a transaction has not committed the fact yet.
    with transaction.atomic(durable=True):
        free = OutboxItem.objects.filter(**as_read, done_at=None, dead_at=None).exclude(
            leased_until__gte=now
        )
        if item.attempts >= MAX_ATTEMPTS:
            free.update(dead_at=now, last_error=LOST, lease="", leased_until=None)
            return ""
        taken = free.update(
            lease=lease, leased_until=now + LEASE, attempts=item.attempts + 1
        )
    if taken:
        item.attempts += 1
    return lease if taken else ""


def _finish(item: OutboxItem, lease: str) -> bool:
    """Note that it is done, if the lease is still ours."""
    ours = OutboxItem.objects.filter(pk=item.pk, lease=lease, done_at=None)
    return bool(
        ours.update(done_at=timezone.now(), lease="", leased_until=None, last_error="")
    )


def _give_back(item: OutboxItem, lease: str, error: str) -> None:
    """Note the failure, and when to try again or that nobody will, if still ours."""
    now = timezone.now()
    outcome: dict[str, Any] = {"last_error": error, "lease": "", "leased_until": None}
    if item.attempts >= MAX_ATTEMPTS:
        outcome["dead_at"] = now
    else:
        outcome["next_at"] = now + BACK_OFF[item.attempts - 1]
    OutboxItem.objects.filter(pk=item.pk, lease=lease, done_at=None).update(**outcome)
    logger.warning("Outbox item %s of %s: %s", item.pk, item.channel, error)


@transaction.atomic
def send_again(item: OutboxItem, *, by: User) -> OutboxItem:
    """Let an item that was given up, or that waits, be tried at once."""
    now = timezone.now()
    changed = (
        OutboxItem.objects.filter(pk=item.pk, done_at=None, attempts=item.attempts)
        .exclude(leased_until__gte=now)
        .update(dead_at=None, attempts=0, next_at=now, lease="", leased_until=None)
    )
    if not changed:
        raise ValidationError(
            _("This is being sent, or was sent, in the meantime. Reload the list.")
        )
    item.refresh_from_db()
    record_event("outbox.sent_again", item, action=AuditEvent.Action.CHANGE, by=by)
    return item
