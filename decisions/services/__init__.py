"""Writes of decisions, by subject: each one transaction, one audit event."""

from decisions.services.applications import (
    ask_site,
    record_answer,
    record_application,
    withdraw_application,
)
from decisions.services.approval import approve, notice_key
from decisions.services.drafts import (
    circulate,
    draft_decision,
    edit_decision,
    send_back,
    withdraw,
)
from decisions.services.enrolments import close_after_end, follow_decision
from decisions.services.guards import LIVE

__all__ = [
    "LIVE",
    "approve",
    "ask_site",
    "circulate",
    "close_after_end",
    "draft_decision",
    "edit_decision",
    "follow_decision",
    "notice_key",
    "record_answer",
    "record_application",
    "send_back",
    "withdraw",
    "withdraw_application",
]
