"""Writes of retention: answers whose time is over are cleared, and it is proved.

A run goes form by form and, in each, submission by submission: one transaction each, so
that a run that is stopped goes on where it was. It reaches the answers, the files and
their bytes, the index, the messages and what waits to be sent. The receipt number, the
day, the counts and the audit stay, and the answers that a form keeps for statistics.
Short-lived answers go before the rest. Whatever is held, or became a matter of its own,
is left alone. Running it again changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import OutboxItem
from forms import keepers
from forms.compiler import digest_of
from forms.models import (
    Attachment,
    CorrectedAnswer,
    Draft,
    EnteredFor,
    FormDefinition,
    IndexedAnswer,
    LegalHold,
    RetentionRun,
    Submission,
    SubmissionEvent,
    SubmissionLink,
    SubmissionMessage,
)
from forms.models.retention import THINNED
from forms.services.drafts import forget_expired_drafts
from forms.services.export_jobs import drop_exports_of
from forms.services.inbox import must_work_on
from forms.services.thinning import (
    count_short_lived,
    left_for_statistics,
    thin,
    with_short_lived,
)
from staff.models import AuditEvent, User
from staff.services import record_event

AT_ONCE = 500


def run_retention(
    *, is_dry: bool = False, by: User | None = None
) -> list[RetentionRun]:
    """Clear what is over in every form that has a term; the proofs, one for each.

    A trial run writes its proof too and clears nothing. Forms with nothing to clear
    have no proof.
    """
    if not is_dry:
        while forget_expired_drafts(limit=AT_ONCE):
            pass
    forms = FormDefinition.objects.order_by("pk")
    steps = (step for form in forms for step in steps_of(form))
    runs = (run_over(step, is_dry=is_dry, by=by) for step in steps)
    return [run for run in runs if run is not None]


@dataclass(frozen=True)
class Step:
    """What one form says is to go after so many days, and how it goes."""

    form: FormDefinition
    act: str
    days: int
    over: QuerySet
    count: Callable[[Submission, Counter], None]
    clear: Callable[[Submission], int | None]

    @property
    def before(self) -> datetime:
        return timezone.now() - timedelta(days=self.days)


def steps_of(form: FormDefinition) -> Iterator[Step]:
    """The short-lived answers first, then all."""
    kept = Submission.objects.filter(form=form, anonymised_at=None)
    if form.retention_short_days is not None:
        whole = kept.filter(thinned_at=None, version__in=with_short_lived(form))
        days = form.retention_short_days
        yield Step(form, THINNED, days, whole, count_short_lived, thin)
    if form.retention_days is not None:
        act = form.retention_act
        yield Step(form, act, form.retention_days, kept, count_all, CLEARED_BY[act])


def run_over(step: Step, *, is_dry: bool, by: User | None) -> RetentionRun | None:
    """Clear what is over in one form by one of its terms."""
    before = step.before
    over = step.over.filter(submitted_at__lt=before)
    keys = list(over.order_by("pk").values_list("pk", flat=True))
    exempt = keepers.kept(over)
    counts: Counter[str] = Counter()
    cleared: list[str] = []
    for key in keys:
        if key in exempt:
            counts["kept_as_matter"] += 1
        elif is_held(key):
            counts["held"] += 1
        else:
            receipt = _clear_one(key, step, counts, is_dry=is_dry)
            cleared += [receipt] if receipt else []
    if not cleared:
        return None
    return _prove(step, before, cleared, counts, is_dry=is_dry, by=by)


def holds_in_force(on: date | None = None) -> QuerySet:
    day = on or timezone.localdate()
    return LegalHold.objects.filter(Q(until=None) | Q(until__gte=day), lifted_at=None)


def is_held(submission: int) -> bool:
    return holds_in_force().filter(submission=submission).exists()


def _clear_one(key: int, step: Step, counts: Counter, *, is_dry: bool) -> str:
    """Clear one submission and count what went; its receipt number, or nothing."""
    with transaction.atomic():
        submission = step.over.select_for_update(of=("self",)).filter(pk=key).first()
        if submission is None or is_held(key):
            return ""
        counts["submissions"] += 1
        step.count(submission, counts)
        if not is_dry:
            drop_exports_of(step.form)
            gone = step.clear(submission)
            if gone:
                counts["deleted"] += gone
    return submission.receipt


def count_all(submission: Submission, counts: Counter) -> None:
    for name, rows in _belongings(submission).items():
        counts[name] += rows.count()


def _belongings(submission: Submission) -> dict[str, QuerySet]:
    """Everything beside the row that tells what was answered."""
    keys = [f"{kind}:{submission.receipt}" for kind in ("received", "withdrawn")]
    messages = submission.messages.values_list("pk", flat=True)
    keys += [f"{kind}:{pk}" for pk in messages for kind in ("asked", "replied")]
    waiting = Q(key__in=keys)
    for key in keys:
        waiting |= Q(key__startswith=f"{key}:")
    waiting |= Q(key__startswith="delivery:", key__endswith=f":{submission.receipt}")
    links = Q(one=submission) | Q(other=submission)
    return {
        "corrections": CorrectedAnswer.objects.filter(submission=submission),
        "events": SubmissionEvent.objects.filter(submission=submission),
        "links": SubmissionLink.objects.filter(links),
        "callers": EnteredFor.objects.filter(token=submission.token),
        "files": Attachment.objects.filter(submission=submission),
        "messages": SubmissionMessage.objects.filter(submission=submission),
        "indexed": IndexedAnswer.objects.filter(submission=submission),
        "drafts": Draft.objects.filter(uuid__in=_draft_of(submission)),
        "outbox": OutboxItem.objects.filter(waiting).exclude(payload={}),
    }


def _draft_of(submission: Submission) -> list[str]:
    kind, _colon, value = submission.token.partition(":")
    return [value] if kind == "draft" else []


def anonymise(submission: Submission) -> None:
    """Clear the answers and all that hangs from them; number, day and form stay.

    So do the answers that the form keeps for statistics, as they were corrected.

    The row first: only from then on do the locks of the database let the rest go. The
    bytes of the files go when this is committed.
    """
    belongings = _belongings(submission)
    left, corrected = left_for_statistics(submission)
    Submission.objects.filter(pk=submission.pk).update(
        anonymised_at=timezone.now(),
        answers=left,
        sha256=digest_of(left),
        look_up_hash="",
        submitted_by=None,
    )
    # What waits is dropped, what was sent keeps its row: nothing in it tells anything.
    waiting = belongings.pop("outbox")
    waiting.filter(done_at=None).delete()
    waiting.update(payload={})
    for rows in belongings.values():
        rows.delete()
    CorrectedAnswer.objects.bulk_create(corrected)


def _delete(submission: Submission) -> int:
    """Delete the row too, unless something else still names it: then it stays bare."""
    anonymise(submission)
    try:
        with transaction.atomic():
            return Submission.objects.filter(pk=submission.pk).delete()[0]
    except (ProtectedError, DatabaseError):
        return 0


CLEARED_BY: dict[str, Callable[[Submission], int | None]] = {
    FormDefinition.RetentionAct.ANONYMISE: anonymise,
    FormDefinition.RetentionAct.DELETE: _delete,
}


@transaction.atomic
def _prove(
    step: Step,
    before: datetime,
    cleared: Iterable[str],
    counts: Counter,
    *,
    is_dry: bool,
    by: User | None,
) -> RetentionRun:
    digests = sorted(digest_of_receipt(receipt) for receipt in cleared)
    run = RetentionRun.objects.create(
        form=step.form,
        by=by,
        act=step.act,
        days=step.days,
        received_before=before,
        is_dry=is_dry,
        counts=dict(counts),
        digests=digests,
        sha256=sha256("\n".join(digests).encode()).hexdigest(),
    )
    record_event(
        "portal_forms.retention.tried" if is_dry else "portal_forms.retention.cleared",
        run,
        action=AuditEvent.Action.CHANGE,
        by=by,
        form=step.form.slug,
        act=step.act,
        sha256=run.sha256,
        **counts,
    )
    return run


def digest_of_receipt(receipt: str) -> str:
    """What a proof holds instead of a receipt number."""
    return sha256(f"receipt:{receipt}".encode()).hexdigest()


@transaction.atomic
def hold(
    submission: Submission, reason: str, *, by: User, until: date | None = None
) -> LegalHold:
    """Keep a submission whatever its form says; the reason is asked for."""
    must_work_on(submission, by)
    if not reason.strip():
        raise ValidationError(_("Write why this is held."))
    if until and until < timezone.localdate():
        raise ValidationError(_("The last day of the hold has passed already."))
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if submission.anonymised_at:
        raise ValidationError(_("These answers were cleared already."))
    made = LegalHold(submission=submission, reason=reason.strip(), by=by, until=until)
    made.full_clean(exclude=["submission", "by"])
    made.save(force_insert=True)
    record_event("portal_forms.submission.held", submission, by=by, hold=made.pk)
    return made


@transaction.atomic
def lift(held: LegalHold, *, by: User) -> None:
    """End a hold; the row stays as the record of it."""
    must_work_on(held.submission, by)
    open_ones = LegalHold.objects.filter(pk=held.pk, lifted_at=None)
    if open_ones.update(lifted_at=timezone.now(), lifted_by=by):
        record_event(
            "portal_forms.submission.hold_lifted", held.submission, by=by, hold=held.pk
        )
