"""Writes of forms, by subject: versions, drafts, submissions, the look-up."""

from forms.services.drafts import (
    KEPT,
    forget_expired_drafts,
    hash_of,
    holds_key,
    leave,
    read_draft,
    save_page,
    sent_from,
    start_draft,
    token_of,
)
from forms.services.look_up import look_up, look_up_hash, look_up_password
from forms.services.submissions import IncompleteAnswers, change_status, submit
from forms.services.versions import (
    FormProblems,
    add_version_on_publishing,
    codes_of,
    publish_version,
    record_unpublishing,
)

__all__ = [
    "KEPT",
    "FormProblems",
    "IncompleteAnswers",
    "add_version_on_publishing",
    "change_status",
    "codes_of",
    "forget_expired_drafts",
    "hash_of",
    "holds_key",
    "leave",
    "look_up",
    "look_up_hash",
    "look_up_password",
    "publish_version",
    "read_draft",
    "record_unpublishing",
    "save_page",
    "sent_from",
    "start_draft",
    "submit",
    "token_of",
]
