"""The writes of cases, by subject: each is one transaction and one audit event."""

from cases.services.assessment import (
    change_assessment,
    confirm_assessment,
    return_assessment,
    start_assessment,
    submit_assessment,
)
from cases.services.case import (
    add_consent,
    add_contact,
    change_child,
    open_case,
    restrict_case,
    save_guardian,
    set_worker,
)
from cases.services.papers import attach_paper
from cases.services.referral import (
    accept_referral,
    add_hearing,
    close_referral,
    receive_referrals,
    triage_referral,
)
from cases.services.sender import tell_of_sender
from cases.services.urgency import align_urgency, follow_correction

__all__ = [
    "accept_referral",
    "add_consent",
    "add_contact",
    "add_hearing",
    "align_urgency",
    "attach_paper",
    "change_assessment",
    "change_child",
    "close_referral",
    "confirm_assessment",
    "follow_correction",
    "open_case",
    "receive_referrals",
    "restrict_case",
    "return_assessment",
    "save_guardian",
    "set_worker",
    "start_assessment",
    "submit_assessment",
    "tell_of_sender",
    "triage_referral",
]
