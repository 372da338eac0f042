"""Writes of forms, by subject: versions, drafts, submissions, the look-up."""

from forms.services.drafts import (
    KEPT,
    document_of,
    forget_expired_drafts,
    hash_of,
    holds_key,
    leave,
    owner_key,
    read_draft,
    save_page,
    sent_from,
    set_language,
    start_draft,
    token_of,
)
from forms.services.guard import TooMany, refuse_flood, release, set_aside
from forms.services.look_up import look_up, look_up_hash, look_up_password
from forms.services.messages import ask_sender, mark_read, reply, withdraw
from forms.services.submissions import (
    FormChanged,
    IncompleteAnswers,
    change_status,
    submit,
)
from forms.services.versions import (
    FormProblems,
    add_version_on_publishing,
    codes_of,
    publish_version,
    record_unpublishing,
)
from forms.services.windows import NotReceived, record_refusal

__all__ = [
    "KEPT",
    "FormChanged",
    "FormProblems",
    "IncompleteAnswers",
    "NotReceived",
    "TooMany",
    "add_version_on_publishing",
    "ask_sender",
    "change_status",
    "codes_of",
    "document_of",
    "forget_expired_drafts",
    "hash_of",
    "holds_key",
    "leave",
    "look_up",
    "look_up_hash",
    "look_up_password",
    "mark_read",
    "owner_key",
    "publish_version",
    "read_draft",
    "record_refusal",
    "record_unpublishing",
    "refuse_flood",
    "release",
    "reply",
    "save_page",
    "sent_from",
    "set_aside",
    "set_language",
    "start_draft",
    "submit",
    "token_of",
    "withdraw",
]
