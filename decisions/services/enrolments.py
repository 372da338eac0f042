"""How a case follows what was decided, and when a use that was ended is over."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Case
from decisions.models import Enrolment, UseApplication
from staff.services import record_event

FOLLOWS = {
    Case.State.IN_USE: [
        Case.State.PREPARING,
        Case.State.IN_USE,
        Case.State.SUSPENDED,
    ],
    Case.State.ENDED: [Case.State.IN_USE, Case.State.SUSPENDED],
    Case.State.CLOSED_WITHOUT_USE: [Case.State.PREPARING],
}


def follow_decision(case_id: int, state: str, *, ended_on: date | None = None) -> bool:
    """Let the case's state follow from a decision; False where it cannot."""
    rows = Case.objects.filter(pk=case_id, state__in=FOLLOWS[state])
    return bool(rows.update(state=state, ended_on=ended_on))


@transaction.atomic
def close_after_end(enrolment: Enrolment) -> bool:
    """End the case when the ended use is over and no other use goes on or will begin.

    False while that is not so. Doing it again changes nothing. A use that was ended
    before its first day is over at once.
    """
    today = timezone.localdate()
    if enrolment.ended_by_id is None:
        return False
    if enrolment.ends_on > today and not enrolment.is_empty:
        return False
    case = Case.objects.select_for_update(no_key=True).get(pk=enrolment.case_id)
    real = Enrolment.objects.filter(case=case).exclude(ends_on=F("starts_on"))
    if real.exclude(pk=enrolment.pk).exclude(ends_on__lte=today).exists():
        return False
    state = Case.State.ENDED if real.exists() else _unused(case)
    ended_on = None
    if state in Case.OVER:
        is_empty, decision = enrolment.is_empty, enrolment.ended_by
        last = decision.decided_on if is_empty else enrolment.last_day
        ended_on = max(last, case.opened_on)
    in_use = Case.objects.filter(pk=case.pk, state__in=FOLLOWS[Case.State.ENDED])
    if not in_use.update(state=state, ended_on=ended_on):
        return False
    record_event("case.ended", case, decision=str(enrolment.ended_by), state=state)
    return True


def _unused(case: Case) -> str:
    """Where a case goes whose child never came: on, as long as an application waits."""
    waiting = UseApplication.objects.filter(
        case=case, state=UseApplication.State.RECEIVED
    )
    states = Case.State
    return states.PREPARING if waiting.exists() else states.CLOSED_WITHOUT_USE
