"""The approval: one transaction in which a decision is frozen and carried out."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from decisions import documents, rules
from decisions.models import Decision, Enrolment, UseApplication
from decisions.services.enrolments import close_after_end, follow_decision
from decisions.services.guards import (
    refuse_changed,
    refuse_future,
    refuse_missing,
    refuse_moved,
    take,
    take_case,
)
from decisions.services.mails import tell_decided
from exchange.services import enqueue
from staff.models import AuditEvent, User
from staff.services import record_event, year_number

Action = AuditEvent.Action
Kind = Decision.Kind
State = Decision.State


@transaction.atomic
def approve(
    decision: Decision, *, revision: int, shown: str, on: date, by: User
) -> Decision:
    """Approve what was shown (決裁) and carry the decision out.

    *shown* is the digest of the content that the person read: what the decision rests
    on lies outside the draft, so the revision alone does not tell that it is the same.

    Number, snapshot, enrolment or its end, states, audit, the task to make the notice
    and the mails are one transaction: all of it, or nothing. The first approval wins;
    whoever comes later is told who it was and when.
    """
    case = take_case(decision.case, by)
    draft = Decision.objects.select_related("application").get(pk=decision.pk)
    draft.case = case
    refuse_moved(draft, [State.CIRCULATED], revision)
    _refuse_approver(draft, by)
    _refuse_date(draft, on)
    refuse_missing(draft)
    content = documents.snapshot_of(draft)
    refuse_changed(content, shown)
    number = year_number("decision", "K", on=on)
    snapshot = content | {
        "number": number,
        "decided_on": on.isoformat(),
        "decided_by": by.pk,
    }
    take(
        draft,
        [State.CIRCULATED],
        revision,
        state=State.APPROVED,
        number=number,
        decided_by=by,
        decided_at=timezone.now(),
        decided_on=on,
        snapshot=snapshot,
        sha256=documents.digest(snapshot),
    )
    _carry_out(draft)
    record_event(
        "decision.approved",
        draft,
        action=Action.DECIDE,
        by=by,
        kind=draft.kind,
        revision=revision,
        decided_on=on.isoformat(),
        sha256=draft.sha256,
    )
    enqueue("decision-notice", notice_key(draft), {"decision": draft.pk})
    tell_decided(draft)
    return draft


def notice_key(decision: Decision) -> str:
    """The key in the outbox of the task that makes a decision's notice."""
    return f"decision-notice:{decision.pk}"


def _refuse_approver(draft: Decision, by: User) -> None:
    if not rules.may_approve(by, draft.kind):
        raise ValidationError(_("Your office does not decide on this."))
    reason = rules.conflict(draft, by)
    if reason:
        raise ValidationError(reason)


def _refuse_date(draft: Decision, on: date) -> None:
    refuse_future(on, "decided_on")
    if on < timezone.localdate(draft.drafted_at):
        raise ValidationError(
            {"decided_on": _("The decision cannot be older than its draft.")}
        )


def _carry_out(decision: Decision) -> None:
    """Do what was decided: enrol, end, close, and settle the application."""
    if decision.application_id:
        states = UseApplication.State
        settled = UseApplication.objects.filter(
            pk=decision.application_id, state=states.RECEIVED
        ).update(state=states.DECIDED)
        if not settled:
            raise ValidationError(_("The application is decided already."))
    if decision.starts_use:
        _enrol(decision)
    elif decision.kind == Kind.END:
        _end(decision)
    elif decision.kind == Kind.NOT_USE:
        _close_without_use(decision)


def _enrol(decision: Decision) -> None:
    enrolment = Enrolment(
        case=decision.case,
        site=decision.site,
        decision=decision,
        starts_on=decision.starts_on,
        ends_on=decision.ends_on and decision.ends_on + timedelta(days=1),
    )
    enrolment.full_clean()
    enrolment.save()
    if not follow_decision(decision.case_id, Case.State.IN_USE):
        raise ValidationError(_("The case is over. Open a new case first."))


def _end(decision: Decision) -> None:
    ended = Enrolment.objects.filter(
        decision=decision.supersedes_id, case=decision.case_id, ended_by=None
    )
    until = decision.ends_on + timedelta(days=1)
    if not ended.update(ends_on=until, ended_by=decision):
        raise ValidationError(_("There is no use in force that this could end."))
    enrolment = Enrolment.objects.get(ended_by=decision)
    if enrolment.is_empty or until <= timezone.localdate():
        close_after_end(enrolment)
        return
    # The child still comes until then: the case ends with the last day, not before.
    key = f"enrolment-end:{enrolment.pk}"
    item = enqueue("enrolment-end", key, {"enrolment": enrolment.pk})
    item.next_at = timezone.make_aware(datetime.combine(until, time.min))
    item.save(update_fields=["next_at"])


def _close_without_use(decision: Decision) -> None:
    """Close a case that nothing else is going on in; one in use stays in use."""
    waiting = UseApplication.objects.filter(
        case=decision.case_id, state=UseApplication.State.RECEIVED
    )
    if not waiting.exists():
        follow_decision(
            decision.case_id,
            Case.State.CLOSED_WITHOUT_USE,
            ended_on=max(decision.decided_on, decision.case.opened_on),
        )
