"""Large exports: asked for, made by the worker aside of all else, kept for a day.

A worker takes one by compare-and-set under a random lease that it renews as it goes
on. Where it dies the lease runs out and another worker begins anew; after a few times
that is over and stands on the page, and the person may try again.
"""

import errno
import logging
import secrets
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange import handlers
from exchange.services import enqueue_all, place_of
from forms.models import (
    AnswerExport,
    FormDefinition,
    Submission,
    SubmissionEvent,
)
from forms.models.export import kept_exports
from forms.services.exporting import Made, Wish, make, record_export, write_history
from staff.models import AuditEvent, User
from staff.services import record_event

logger = logging.getLogger(__name__)

HISTORY = "export-history"
State, Problem = AnswerExport.State, AnswerExport.Problem
LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)
KEPT = timedelta(hours=24)
FORGOTTEN = timedelta(days=30)
MOST_ATTEMPTS = 3
MOST_OPEN = 3
BEAT = 2
LOSSES_KEPT = 200
PORTION = 500
# A lease that is given back.
FREE: dict[str, Any] = {"lease": "", "leased_until": None}
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Lost(Exception):
    """The lease is somebody else's, or the export was given up in the meantime."""


class Stopped(Exception):
    """The worker is told to stop: another one begins anew."""


@transaction.atomic
def ask_for(wish: Wish, keys: list[int], *, by: User, ip: str = "") -> AnswerExport:
    """Write down what is to be made; a worker takes it within seconds."""
    open_ones = AnswerExport.objects.filter(by=by, state__in=AnswerExport.UNDER_WAY)
    if open_ones.count() >= MOST_OPEN:
        raise ValidationError(
            _(
                "%(count)s of your exports are being made already. Wait until one of"
                " them is ready, or give one up."
            )
            % {"count": MOST_OPEN}
        )
    job = AnswerExport.objects.create(
        form=wish.form,
        by=by,
        wish={
            "file_format": wish.file_format,
            "table": wish.table,
            "reason": wish.reason,
            "asked": {name: str(value) for name, value in wish.asked.items()},
        },
        keys=keys,
        count=len(keys),
    )
    record_event(
        "portal_forms.answerexport.asked",
        job,
        action=AuditEvent.Action.EXPORT,
        by=by,
        ip=ip,
        **wish.detail(len(keys)),
    )
    return job


def wish_of(job: AnswerExport) -> Wish:
    return Wish(form=job.form, **job.wish)


def make_waiting(stopping: handlers.Stopping = lambda: False) -> None:
    """Make what waits, one after the other; return soon where *stopping* says so."""
    while not stopping() and (job := _take()):
        _make(job, stopping)


def _take() -> AnswerExport | None:
    """The oldest that is due, under a lease of ours; None where there is none.

    The attempt is counted here: an export that kills its worker ends as well.
    """
    now = timezone.now()
    due = AnswerExport.objects.filter(next_at__lte=now).filter(
        Q(state=State.WAITING) | Q(state=State.RUNNING, leased_until__lt=now)
    )
    for job in due.order_by("next_at", "pk").defer("keys", "losses")[:20]:
        as_read = due.filter(pk=job.pk, lease=job.lease, attempts=job.attempts)
        if job.attempts >= MOST_ATTEMPTS:
            as_read.update(**_failure(job.problem or Problem.STOPPED))
            continue
        lease = secrets.token_hex(16)
        taken = as_read.update(
            state=State.RUNNING,
            lease=lease,
            leased_until=now + LEASE,
            attempts=job.attempts + 1,
            done=0,
        )
        if taken:
            return AnswerExport.objects.select_related("form", "by").get(pk=job.pk)
    return None


def _failure(problem: str, error: str = "") -> dict[str, object]:
    return {
        "state": State.FAILED,
        "problem": problem,
        "error": error,
        **FREE,
    }


def _make(job: AnswerExport, stopping: handlers.Stopping) -> None:
    ours = AnswerExport.objects.filter(pk=job.pk, lease=job.lease, state=State.RUNNING)
    try:
        keys = _still_allowed(job)
        if not keys:
            ours.update(**_failure(Problem.NO_RIGHT))
            return
        made = make(wish_of(job), keys, Beating(ours, stopping))
        with made.file:
            _keep(job, ours, made)
    except Lost:
        logger.info("Export %s: not ours any more", job.pk)
    except Stopped:
        ours.update(state=State.WAITING, attempts=job.attempts - 1, **FREE)
    except OSError as error:
        problem = Problem.NO_ROOM if error.errno in NO_ROOM else Problem.BROKEN
        _give_back(job, ours, problem, error)
    except Exception as error:  # noqa: BLE001  whatever it is, it is tried again
        _give_back(job, ours, Problem.BROKEN, error)


def _give_back(job: AnswerExport, ours, problem: str, error: Exception) -> None:
    """Try again in a while; a full disk and the last attempt are left to people."""
    where = place_of(error)
    logger.warning("Export %s: %s", job.pk, where)
    if problem == Problem.NO_ROOM or job.attempts >= MOST_ATTEMPTS:
        ours.update(**_failure(problem, where))
        return
    ours.update(
        state=State.WAITING,
        problem=problem,
        error=where,
        next_at=timezone.now() + PAUSE,
        **FREE,
    )


class Beating:
    """Told how far the file is: says so on the page and renews the lease by it."""

    def __init__(self, ours, stopping: handlers.Stopping):
        self.ours, self.stopping = ours, stopping
        self.next = 0.0

    def __call__(self, done: int) -> None:
        if time.monotonic() < self.next:
            return
        if self.stopping():
            raise Stopped
        if not self.ours.update(done=done, leased_until=timezone.now() + LEASE):
            raise Lost
        self.next = time.monotonic() + BEAT


def _still_allowed(job: AnswerExport) -> list[int]:
    """The rows that were asked for, as far as that person may still export them."""
    allowed = Submission.objects.exportable_by(job.by).filter(form=job.form_id)
    keys: list[int] = []
    for start in range(0, len(job.keys), PORTION):
        part = allowed.filter(pk__in=job.keys[start : start + PORTION])
        keys += part.order_by("pk").values_list("pk", flat=True)
    return keys


def _keep(job: AnswerExport, ours, made: Made) -> None:
    """Put the file away and say that it is ready; nothing stays where that fails."""
    stored_as = kept_exports.put_file(made.file)
    size = kept_exports.size(stored_as)
    try:
        kept = ours.update(
            state=State.READY,
            problem="",
            error="",
            **FREE,
            keys=made.keys,
            count=len(made.keys),
            done=len(made.keys),
            stored_as=stored_as,
            name=made.name,
            content_type=made.content_type,
            size=size,
            lost=made.lost,
            losses=[asdict(loss) for loss in made.losses[:LOSSES_KEPT]],
            expires_at=timezone.now() + KEPT,
        )
    except BaseException:
        kept_exports.delete(stored_as)
        raise
    if not kept:
        kept_exports.delete(stored_as)
        raise Lost


def hand_out(job: AnswerExport, *, by: User, ip: str = ""):
    """The open file, once it is written down that it left; ValidationError if it may
    not leave any more.

    Every row in it must still be one that this person may export.
    """
    with transaction.atomic():
        job = AnswerExport.objects.select_for_update(of=("self",)).get(pk=job.pk)
        is_over = job.expires_at is None or job.expires_at <= timezone.now()
        if job.by_id != by.pk or job.state != State.READY or is_over:
            raise ValidationError(_("This file is not kept any more. Export it again."))
        if len(_still_allowed(job)) != len(job.keys):
            raise ValidationError(
                _(
                    "You may no longer export some of these answers, so this file does"
                    " not leave. Export again what you may."
                )
            )
        try:
            file = kept_exports.open(job.stored_as)
        except FileNotFoundError:
            raise ValidationError(
                _("This file is not kept any more. Export it again.")
            ) from None
        try:
            _write_down(job, by, ip)
        except BaseException:
            file.close()
            raise
    return file


def _write_down(job: AnswerExport, by: User, ip: str) -> None:
    """The audit now; the history of the many rows by the worker, the first time."""
    event = record_export(wish_of(job), len(job.keys), by=by, ip=ip)
    if job.taken_at:
        return
    AnswerExport.objects.filter(pk=job.pk).update(taken_at=event.at)
    enqueue_all(
        HISTORY,
        {
            f"export-history:{event.seq}:{start}": {
                "event": event.seq,
                "keys": job.keys[start : start + PORTION],
            }
            for start in range(0, len(job.keys), PORTION)
        },
    )


@handlers.register(HISTORY, gettext_lazy("Note of an export in the histories"))
@transaction.atomic
def add_to_histories(payload: dict[str, Any]) -> None:
    """That these answers left with an export; once, and not where they were cleared."""
    event = AuditEvent.objects.get(seq=payload["event"])
    rows = Submission.objects.filter(pk__in=payload["keys"], anonymised_at=None)
    known = SubmissionEvent.objects.filter(
        submission__in=payload["keys"],
        kind=SubmissionEvent.Kind.EXPORTED,
        detail__export=event.seq,
    )
    missing = rows.exclude(pk__in=known.values("submission"))
    write_history(missing.order_by("pk").values_list("pk", flat=True), event)


@transaction.atomic
def try_again(job: AnswerExport, *, by: User) -> None:
    """Let an export that failed be made after all, if its answers stand as they did."""
    again = AnswerExport.objects.filter(pk=job.pk, by=by, state=State.FAILED)
    again = again.exclude(problem__in=AnswerExport.FINAL)
    changed = again.update(
        state=State.WAITING,
        problem="",
        error="",
        attempts=0,
        done=0,
        next_at=timezone.now(),
    )
    if not changed:
        raise ValidationError(_("This cannot be tried again. Export it anew."))
    record_event("portal_forms.answerexport.tried_again", job, by=by)


@transaction.atomic
def give_up(job: AnswerExport, *, by: User) -> None:
    """Delete the file before its time, or stop what is being made."""
    if _end(AnswerExport.objects.filter(pk=job.pk, by=by)):
        record_event("portal_forms.answerexport.given_up", job, by=by)


def drop_exports_of(form: FormDefinition) -> int:
    """Delete what is kept or being made of a form whose answers are being cleared."""
    return _end(AnswerExport.objects.filter(form=form), problem=Problem.CLEARED)


def _end(rows, problem: str = "") -> int:
    """End these exports: their files go once this is committed."""
    found = rows.exclude(state=State.OVER).values_list("pk", "stored_as")
    found = list(found.select_for_update(of=("self",)))
    AnswerExport.objects.filter(pk__in=[pk for pk, _name in found]).update(
        state=State.OVER,
        problem=problem,
        stored_as="",
        keys=[],
        losses=[],
        **FREE,
    )
    for _pk, name in found:
        if name:
            transaction.on_commit(lambda name=name: kept_exports.delete(name))
    return len(found)


def sweep_exports() -> int:
    """Delete the files whose day is over, what no row names, and old rows."""
    now = timezone.now()
    ready = Q(state=State.READY, expires_at__lte=now)
    failed = Q(state=State.FAILED, asked_at__lte=now - KEPT)
    with transaction.atomic():
        gone = _end(AnswerExport.objects.filter(ready | failed))
        old = AnswerExport.objects.filter(asked_at__lt=now - FORGOTTEN)
        old.exclude(state__in=AnswerExport.UNDER_WAY).delete()
    for name in list(kept_exports.older_than(2 * KEPT)):
        if not AnswerExport.objects.filter(stored_as=name).exists():
            kept_exports.delete(name)
            gone += 1
    return gone
