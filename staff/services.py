"""Writes of staff: the audit and the numbers. Each is one transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from staff.dates import fiscal_year
from staff.models import AuditEvent, NumberSeries, User
from staff.prepared import Prepared, insert_all, made, run

GENESIS = "0" * 64
AUDIT_LOCK = 4_271_001
TAKE = (
    "UPDATE staff_numberseries SET last = last + %s"
    " WHERE kind = %s AND fiscal_year = %s RETURNING last"
)
last_events = Prepared(
    lambda: AuditEvent.objects.order_by("-seq").values_list("seq", "digest")[:1]
)


def next_number(
    kind: str, *, on: date | None = None, by_year: bool = True, count: int = 1
) -> int:
    """Take the next number of a series; call it inside the record's transaction.

    Numbers have no gaps: one that is not committed is given out again. The last of
    *count* numbers, where more are taken at once.
    """
    year = fiscal_year(on or timezone.localdate()) if by_year else 0
    with transaction.atomic(savepoint=False):
        taken = run(connection, TAKE, [count, kind, year])
        if not taken:
            NumberSeries.objects.get_or_create(kind=kind, fiscal_year=year)
            taken = run(connection, TAKE, [count, kind, year])
        return taken[0][0]


def year_number(kind: str, letter: str, *, on: date | None = None) -> str:
    """A number as people quote it: letter, year of Reiwa, four digits: ``R8-0012``."""
    return year_numbers(kind, letter, 1, on=on)[0]


def year_numbers(
    kind: str, letter: str, count: int, *, on: date | None = None
) -> list[str]:
    """The next *count* numbers of this kind, in their order."""
    on = on or timezone.localdate()
    last = next_number(kind, on=on, count=count)
    year = fiscal_year(on) - 2018
    return [f"{letter}{year}-{n:04d}" for n in range(last - count + 1, last + 1)]


def record_event(event: str, record: Model | None = None, **said: Any) -> AuditEvent:
    """Append one event to the audit; see ``event_of``."""
    row = event_of(event, record, **said)
    record_events([row])
    return row


def event_of(
    event: str,
    record: Model | None = None,
    *,
    action: str = AuditEvent.Action.CHANGE,
    by: User | None = None,
    subject: str = "",
    ip: str = "",
    **detail: Any,
) -> AuditEvent:
    """An event that stands nowhere yet.

    *detail* takes numbers, counts and codes, never a name or an answer.
    """
    return made(
        AuditEvent,
        at=timezone.now(),
        by=by,
        by_roles=",".join(sorted(by.scope.roles)) if by else "",
        action=action,
        event=event,
        record_type=record._meta.label_lower if record is not None else "",
        record=str(record) if record is not None else "",
        subject=subject or subject_of(record),
        detail=detail,
        ip=ip,
    )


@transaction.atomic(savepoint=False)
def record_events(rows: Sequence[AuditEvent]) -> None:
    """Append events to the audit in their order, each chained to the one before it.

    They join the caller's transaction: a write and its event stand or fall together.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])
    seq, previous = last_events.first() or (0, GENESIS)
    for number, row in enumerate(rows, seq + 1):
        row.seq, row.previous = number, previous
        row.digest = previous = row.computed_digest()
    insert_all(rows)


def subject_of(record: Model | None) -> str:
    """The number of the child that a record is about, asked of the record itself."""
    return getattr(record, "audit_subject", "") if record is not None else ""


def record_reading(request: HttpRequest, record: Model, *, event: str = "") -> None:
    """Write down that this person opened this record; once a request.

    No audit, no view: an error here is not caught, so the page is not shown.
    """
    seen: set[tuple[str, Any]] = request.__dict__.setdefault("_records_read", set())
    key = (record._meta.label_lower, record.pk)
    if key in seen:
        return
    record_event(
        event or f"{record._meta.label_lower}.viewed",
        record,
        action=AuditEvent.Action.VIEW,
        by=request.user,
        ip=client_address(request),
    )
    seen.add(key)


def record_denial(request: HttpRequest, record: Model) -> None:
    """Write down that somebody asked for a record that is hidden from them."""
    record_event(
        f"{record._meta.label_lower}.denied",
        record,
        action=AuditEvent.Action.DENIED,
        by=request.user if request.user.is_authenticated else None,
        ip=client_address(request),
    )


def client_address(request: HttpRequest) -> str:
    """The address the request came from, as the server saw it."""
    return request.META.get("REMOTE_ADDR", "")[:45]


def verify_audit(anchors: list[dict[str, Any]] = ()) -> list[str]:
    """Walk the whole chain; return what is wrong, an empty list when nothing is.

    *anchors* are ``{"seq": int, "digest": str}`` kept outside the database: only they
    can show that the tail of the chain was cut.
    """
    problems: list[str] = []
    previous, expected, digests = GENESIS, 1, {}
    wanted = {anchor["seq"]: anchor["digest"] for anchor in anchors}
    for row in AuditEvent.objects.order_by("seq").iterator(chunk_size=2000):
        if row.seq != expected:
            problems.append(f"{expected}: missing or out of order (found {row.seq})")
        if row.previous != previous:
            problems.append(f"{row.seq}: does not follow the row before it")
        if row.digest != row.computed_digest():
            problems.append(f"{row.seq}: was changed")
        if row.seq in wanted:
            digests[row.seq] = row.digest
        previous, expected = row.digest, row.seq + 1
    for seq, digest in wanted.items():
        if digests.get(seq) != digest:
            problems.append(f"{seq}: differs from its anchor, or the tail was cut")
    return problems


def latest_anchor() -> dict[str, Any] | None:
    """The end of the chain, to be kept outside the database; None while it is empty."""
    last = AuditEvent.objects.order_by("-seq").only("seq", "digest", "at").first()
    if last is None:
        return None
    return {"seq": last.seq, "digest": last.digest, "at": last.at.isoformat()}
