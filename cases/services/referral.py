"""Writes to a referral, from its arrival to the case it becomes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import Case, Child, ContactLog, Referral
from cases.services.case import (
    hand_to_protection,
    new_child,
    new_guardian,
    open_case,
    store_contact,
)
from cases.services.taking import (
    changed_row,
    mail_to,
    must_answer,
    protecting_unit,
    tell_unit,
    told_already,
    unit_with,
)
from cases.services.urgency import urgency_asked_for
from exchange.mail import UnitMail, notify_units
from forms.models import Submission
from forms.services import change_status
from staff.models import AuditEvent, Unit, User
from staff.prepared import insert, made
from staff.services import event_of, record_event, record_events

Check = Referral.CouncilCheck
State = Referral.State
Function = Unit.Function

# A referral is never refused for want of the right desk: any unit of the city is
# better than none, and everybody there sees that it is waiting.
RECEIVERS = [
    Function.INTAKE,
    Function.CASEWORK,
    Function.PROTECTION,
    Function.PROGRAMME,
    Function.HEAD,
]

ARRIVED = gettext_noop("A referral has arrived: %(number)s")
ARRIVED_URGENT = gettext_noop("[URGENT] A referral has arrived: %(number)s")
HANDED_OVER = gettext_noop("A referral was handed over to you: %(number)s")
CASE_OPENED = gettext_noop("A case was opened for your unit: %(number)s")


@transaction.atomic(savepoint=False)
def receive_referrals(submissions: Sequence[Submission]) -> list[Referral]:
    """Take in submissions as referrals under the numbers of their receipts.

    No child is looked for here. Only staff may decide that two children are one:
    otherwise a stranger who types somebody's name would be joined to that file. Where
    no unit at all is set up, nothing is received and no receipt is shown.
    """
    unit = unit_with(*RECEIVERS)
    if unit is None:
        raise ValidationError(
            _(
                "This could not be received, because no desk of the city is set up to"
                " read it. Please phone the city."
            )
        )
    referrals = [_store(submission, unit) for submission in submissions]
    notify_units(map(_arrival, referrals))
    record_events(
        [
            event_of(
                "referral.received",
                referral,
                action=AuditEvent.Action.CREATE,
                by=referral.submission.submitted_by,
                urgency=referral.urgency,
                unit=unit.code,
            )
            for referral in referrals
        ]
    )
    return referrals


def _store(submission: Submission, unit: Unit) -> Referral:
    referral = made(
        Referral,
        number=submission.receipt,
        submission=submission,
        partner=submission.partner,
        urgency=urgency_asked_for(submission) or Referral.Urgency.NORMAL,
        unit=unit,
        received_at=submission.submitted_at,
    )
    # Nobody typed any of it: what it points to was read just now, and its number is
    # the receipt's. That the number is new is the database's to say.
    insert(referral)
    return referral


def _arrival(referral: Referral) -> UnitMail:
    is_urgent = referral.urgency == Referral.Urgency.NOW
    return mail_to(
        referral.unit,
        referral,
        subject=ARRIVED_URGENT if is_urgent else ARRIVED,
        key=f"referral-arrived-{referral.number}",
    )


@transaction.atomic
def triage_referral(
    referral: Referral,
    *,
    by: User,
    is_listed: bool,
    note: str = "",
    shown: str = Check.NOT_YET,
) -> Referral:
    """Record the check of the council's list, and hand the referral to its unit.

    A child on the list belongs to the unit that protects those children, at once; the
    desk loses sight of it. *shown* is the check that the person saw when deciding. It
    may be corrected: to "on the list" as long as the referral is open, back again only
    while nothing was written down there.
    """
    must_answer(referral, by)
    check = Check.LISTED if is_listed else Check.NOT_LISTED
    if check == shown:
        raise ValidationError(_("The check already stands with this result."))
    unit = protecting_unit() if is_listed else referral.unit
    if shown == Check.LISTED:
        unit = unit_with(*RECEIVERS)
    now = timezone.now()
    changes: dict[str, Any] = {
        "council_check": check,
        "council_checked_by": by,
        "council_checked_at": now,
        "council_note": note,
        "unit": unit,
        "is_restricted": is_listed,
    }
    states = Referral.OPEN_STATES
    if shown == Check.NOT_YET:
        changes["state"], states = State.TRIAGED, [State.RECEIVED]
    elif shown == Check.LISTED:
        states = [State.TRIAGED]
    fresh = changed_row(referral, changes, council_check=shown, state__in=states)
    if fresh is None:
        raise _second(referral, "triage")
    if referral.unit_id != unit.pk:
        key = f"referral-handed-over-{fresh.number}-{now:%Y%m%d%H%M%S%f}"
        tell_unit(unit, fresh, subject=HANDED_OVER, key=key)
    change_status(fresh.submission, Submission.Status.IN_REVIEW, by=by)
    record_event("referral.triaged", fresh, by=by, check=check, unit=unit.code)
    return fresh


@transaction.atomic
def add_hearing(
    referral: Referral,
    *,
    by: User,
    at: datetime,
    with_whom: str,
    body: str,
    visibility: str,
) -> ContactLog:
    """Write down a hearing about a referral whose check is done."""
    must_answer(referral, by)
    fresh = changed_row(
        referral, {"state": State.HEARING}, state__in=Referral.ACTS["hearing"]
    )
    if fresh is None:
        raise _second(referral, "hearing")
    return store_contact(
        ContactLog(
            referral=fresh,
            kind=ContactLog.Kind.HEARING,
            at=at,
            with_whom=with_whom,
            body=body,
            visibility=visibility,
            author=by,
        ),
        by=by,
    )


@transaction.atomic
def accept_referral(
    referral: Referral,
    *,
    by: User,
    child: Child | None = None,
    child_values: dict[str, Any] | None = None,
    guardian_values: dict[str, Any] | None = None,
) -> Case:
    """Accept a referral: open a case for the child whom staff chose or entered.

    The case belongs to the unit that the check of the list gives, and is restricted as
    the referral is. The hearings go with it.
    """
    must_answer(referral, by)
    stored = Referral.objects.get(pk=referral.pk)
    is_listed = stored.council_check == Check.LISTED
    unit = unit_with(Function.PROTECTION if is_listed else Function.CASEWORK)
    if unit is None:
        raise ValidationError(
            _("No unit is set up for this case. Ask the administrator.")
        )
    is_new = child is None
    if child is None:
        child = new_child(child_values or {})
        if guardian_values:
            new_guardian(child, guardian_values)
    case = open_case(
        child, unit=unit, is_restricted=is_listed or stored.is_restricted, by=by
    )
    fresh = changed_row(
        stored,
        {
            "state": State.ACCEPTED,
            "case": case,
            "closed_by": by,
            "closed_at": timezone.now(),
        },
        state__in=Referral.ACTS["accept"],
        council_check=stored.council_check,
    )
    if fresh is None:
        raise _second(referral, "accept")
    ContactLog.objects.filter(referral=fresh, case=None).update(case=case)
    change_status(fresh.submission, Submission.Status.DONE, by=by)
    tell_unit(unit, case, subject=CASE_OPENED, key=f"case-opened-{case.number}")
    record_event(
        "referral.accepted",
        fresh,
        action=AuditEvent.Action.DECIDE,
        by=by,
        case=case.number,
        new_child=is_new,
    )
    return case


CLOSING_ACTS = {
    "redirect": State.REDIRECTED,
    "duplicate": State.DUPLICATE,
    "withdraw": State.WITHDRAWN,
}


@transaction.atomic
def close_referral(
    referral: Referral, *, by: User, act: str, note: str, case: Case | None = None
) -> Referral:
    """End a referral without a case of its own, with a note how it ended.

    A duplicate may name the case it belongs to; it only points there, its hearings
    stay with the referral, because a case may be read by more people. Where the child
    is on the list, that case goes to the protecting unit at once.
    """
    must_answer(referral, by)
    if not note.strip():
        raise ValidationError({"note": _("Write how it ended.")})
    changes = {
        "state": CLOSING_ACTS[act],
        "closing_note": note,
        "closed_by": by,
        "closed_at": timezone.now(),
    }
    if case is not None:
        changes["case"] = case
    fresh = changed_row(
        referral,
        changes,
        state__in=Referral.ACTS[act],
        council_check=referral.council_check,
    )
    if fresh is None:
        raise _second(referral, act)
    is_listed = fresh.council_check == Check.LISTED
    if case is not None and is_listed and not case.is_restricted:
        hand_to_protection(case, by=by)
    change_status(fresh.submission, Submission.Status.DONE, by=by)
    record_event(
        "referral.closed",
        fresh,
        action=AuditEvent.Action.DECIDE,
        by=by,
        state=fresh.state,
        case=case.number if case else "",
    )
    return fresh


def _second(referral: Referral, act: str) -> ValidationError:
    """Why an act found the referral in another state than it expects."""
    stored = Referral.objects.select_related("closed_by", "council_checked_by").get(
        pk=referral.pk
    )
    if stored.state not in Referral.OPEN_STATES:
        return told_already(stored.closed_by, stored.closed_at)
    if stored.state == State.RECEIVED:
        return ValidationError(_("Check the council's list first."), code="order")
    if act == "accept" and stored.state == State.TRIAGED:
        return ValidationError(_("Record a hearing first."), code="order")
    return told_already(stored.council_checked_by, stored.council_checked_at)
