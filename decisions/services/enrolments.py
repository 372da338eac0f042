"""How a case follows what was decided, and when a use that was ended is over."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from cases.models import Case
from decisions.models import Enrolment
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

    False while that is not so. Doing it again changes nothing.
    """
    if enrolment.ended_by_id is None or enrolment.ends_on > timezone.localdate():
        return False
    case = Case.objects.select_for_update(no_key=True).get(pk=enrolment.case_id)
    others = Enrolment.objects.filter(case=case).exclude(pk=enrolment.pk)
    if others.exclude(ends_on__lte=timezone.localdate()).exists():
        return False
    ended_on = max(enrolment.last_day, case.opened_on)
    if not follow_decision(case.pk, Case.State.ENDED, ended_on=ended_on):
        return False
    record_event("case.ended", case, decision=str(enrolment.ended_by))
    return True
