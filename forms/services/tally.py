"""Counting what comes too often, across processes; the address itself is not kept."""

import ipaddress
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from forms.models import Tally


def _key_and_end(what: str, who: str, span: timedelta) -> tuple[str, datetime]:
    seconds = int(span.total_seconds())
    turn = int(timezone.now().timestamp()) // seconds
    key = salted_hmac("forms.tally", f"{what}:{who}:{turn}", algorithm="sha256")
    return key.hexdigest(), datetime.fromtimestamp((turn + 1) * seconds, UTC)


COUNT = (
    "INSERT INTO portal_forms_tally (key, count, until) VALUES (%s, 1, %s)"
    " ON CONFLICT (key) DO UPDATE SET count = portal_forms_tally.count + 1"
    " RETURNING count"
)


@transaction.atomic(savepoint=False)
def count_one(what: str, who: str, span: timedelta) -> int:
    """Count one more in the present span of time; how many it is now."""
    key, until = _key_and_end(what, who, span)
    field = Tally._meta.get_field("until")
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, field.get_db_prep_save(until, connection)])
        return cursor.fetchone()[0]


def counted(what: str, who: str, span: timedelta) -> int:
    """How many were counted in the present span of time."""
    key, _until = _key_and_end(what, who, span)
    return Tally.objects.filter(key=key).values_list("count", flat=True).first() or 0


def seconds_left(span: timedelta) -> int:
    """How long the present span of time still lasts; one second at least."""
    seconds = int(span.total_seconds())
    return seconds - int(timezone.now().timestamp()) % seconds


def forget_old_counts() -> int:
    """Delete the counts whose time is over; how many there were."""
    return Tally.objects.filter(until__lte=timezone.now()).delete()[0]


def is_this_machine(address: str) -> bool:
    """Whether a request came from the server itself: its monitor, a test, a person.

    Nothing can be told of the sender then, so nothing is counted. A portal behind a
    proxy learns the real addresses through BEHIND_PROXY.
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True
