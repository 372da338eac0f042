"""How urgent a referral is, once the sender's answer to that was corrected.

As long as nobody has triaged a referral its level is the sender's answer, so it follows
a correction. From then on it is the city's judgement: the page tells of the correction
and offers to take it over.
"""

from django.db import transaction
from django.utils.translation import gettext_noop

from cases.models import Referral
from cases.services.taking import (
    changed_row,
    must_answer,
    tell_unit,
    told_already,
)
from forms.corrected import answer_today
from forms.models import Submission
from forms.news import Correction
from staff.models import User
from staff.services import record_event

CODE = "urgency"
State, Urgency = Referral.State, Referral.Urgency
NOW_URGENT = gettext_noop("[URGENT] An answer was corrected to “right now”: %(number)s")


def urgency_asked_for(submission: Submission) -> str:
    """The level in the sender's answer as it stands today; empty if there is none."""
    answer = answer_today(submission, CODE)
    return answer if answer in Urgency.values else ""


def follow_correction(submission: Submission, correction: Correction) -> None:
    """Let a referral follow that nobody has triaged; tell its unit what cannot wait.

    In the transaction of the correction.
    """
    if CODE not in correction.codes:
        return
    found = Referral.objects.select_related("unit").filter(submission=submission)
    referral = found.filter(state__in=Referral.OPEN_STATES).first()
    wanted = urgency_asked_for(submission)
    if referral is None or not wanted or wanted == referral.urgency:
        return
    was = referral.urgency
    fresh = changed_row(
        referral, {"urgency": wanted}, urgency=was, state=State.RECEIVED
    )
    if fresh is not None:
        record_event(
            "referral.urgency_followed", fresh, by=correction.by, was=was, now=wanted
        )
    if wanted == Urgency.NOW:
        key = f"referral-urgent-{referral.number}-{correction.key}"
        tell_unit(referral.unit, referral, subject=NOW_URGENT, key=key)


@transaction.atomic
def align_urgency(referral: Referral, *, by: User, shown: str, to: str) -> Referral:
    """Take the corrected answer over as the level of a referral.

    *shown* is the level and *to* the answer that the person saw when deciding.
    """
    must_answer(referral, by)
    if to == shown or to != urgency_asked_for(referral.submission):
        raise told_already(None, None)
    fresh = changed_row(
        referral, {"urgency": to}, urgency=shown, state__in=Referral.OPEN_STATES
    )
    if fresh is None:
        raise told_already(None, None)
    record_event("referral.urgency_aligned", fresh, by=by, was=shown, now=to)
    return fresh
