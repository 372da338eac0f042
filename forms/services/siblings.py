"""The same form again for a brother or sister: what is shared is copied."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from forms.compiler import fields_of
from forms.forms.controls import control_of
from forms.models import Draft, Submission
from forms.services.drafts import end_of, hash_of, new_number
from forms.services.entering import enter_also
from forms.services.following import carried

OFFERED_FOR = timedelta(minutes=60)
OF_A_CHILD = ("child_name", "child_kana", "birth_date")


def is_shared(question: Mapping) -> bool:
    """Whether an answer is the same for brothers and sisters: asked of the question."""
    return bool(question.get("shared", question["type"] == "partner"))


def shared_of(draft: Draft) -> dict[str, Any]:
    """What was typed and is the same for a brother or sister.

    Nothing where the form is not about a child, like one that asks for a visit: no
    question says so, though it may ask for a school.
    """
    questions = list(fields_of(draft.version.document))
    if not any(q.get("shared") or q.get("slot") in OF_A_CHILD for q in questions):
        return {}
    return {
        question["key"]: draft.answers[question["key"]]
        for question in questions
        if is_shared(question) and draft.answers.get(question["key"])
    }


def may_continue(draft: Draft, submission: Submission) -> bool:
    """Whether the page of the receipt offers to go on with another child."""
    is_fresh = timezone.now() - submission.submitted_at < OFFERED_FOR
    has_use = draft.invitation_id is None or draft.invitation.state == "open"
    form = draft.version.form
    return is_fresh and has_use and form.live and bool(draft.shared)


@transaction.atomic
def continue_with_sibling(draft: Draft, submission: Submission) -> tuple[Draft, str]:
    """A new draft of the form as it stands today, linked to what was sent before."""
    version = draft.version.form.latest_version()
    shared = carried(draft.shared or {}, draft.version.document, version.document)
    questions = list(fields_of(version.document))
    known = {question["key"] for question in questions}
    beginnings = {
        question["key"]: control_of(question).rows_of(question, None)
        for question in questions
        if question["type"] == "repeat"
    }
    key = secrets.token_urlsafe(32)
    sibling = Draft(
        number=new_number(),
        version=version,
        key_hash=hash_of(key),
        owner=draft.owner,
        partner=draft.partner,
        invitation=draft.invitation,
        linked_to=submission,
        language=draft.language,
        answers=beginnings | {k: typed for k, typed in shared.items() if k in known},
    )
    sibling.expires_at = end_of(sibling)
    sibling.save(force_insert=True)
    enter_also(sibling, draft)
    return sibling, key


def forget_shared() -> int:
    """Delete what was kept for a brother or sister once it is offered no more."""
    over = timezone.now() - OFFERED_FOR
    return Draft.objects.filter(sent_at__lte=over, shared__isnull=False).update(
        shared=None
    )
