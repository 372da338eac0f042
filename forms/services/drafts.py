"""Writes of drafts: begun, kept page by page, given up, forgotten."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from forms.answers import Reading, read
from forms.compiler import fields_of
from forms.forms.controls import control_of
from forms.models import Draft, FormDefinition, Submission
from forms.services.files import fill_in_files
from staff.models import User

KEPT = timedelta(hours=24)


@transaction.atomic
def start_draft(
    form: FormDefinition, *, by: User | None, query: Mapping[str, str] | None = None
) -> tuple[Draft, str]:
    """Begin to fill in a form; return the draft and its key, known to the browser only.

    A school or group that has logged in finds itself chosen already. *query* is what
    the link says: a hidden value takes from it what the form allows.
    """
    version = form.latest_version()
    if version is None or not form.live:
        raise ValidationError(_("This form is not open at the moment."))
    forget_expired_drafts(limit=100)
    partner = by.partner if by else None
    key = secrets.token_urlsafe(32)
    typed = {}
    for question in fields_of(version.document):
        if partner and question["type"] == "partner":
            typed[question["key"]] = {"code": partner.code, "name": ""}
        if question["type"] == "repeat":
            typed[question["key"]] = control_of(question).rows_of(question, None)
        if question["type"] == "preset" and query:
            typed[question["key"]] = control_of(question).arrived(question, query)
    draft = Draft.objects.create(
        version=version,
        key_hash=hash_of(key),
        owner=by,
        partner=partner,
        answers=typed,
        expires_at=timezone.now() + KEPT,
    )
    return draft, key


def forget_expired_drafts(*, limit: int) -> int:
    """Delete up to *limit* drafts whose time is over; how many there were.

    Whoever begins a form clears up behind others, so that what was typed and never
    sent does not stay, even where no worker runs.
    """
    over = Draft.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    keys = list(over.values_list("pk", flat=True)[:limit])
    return Draft.objects.filter(pk__in=keys, expires_at__lte=timezone.now()).delete()[0]


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def holds_key(draft: Draft, key: str) -> bool:
    """Whether *key* is the one that this draft was begun with, in constant time."""
    return bool(key) and constant_time_compare(draft.key_hash, hash_of(key))


@transaction.atomic
def save_page(
    draft: Draft, page: Mapping, post: QueryDict, refused: Mapping | None = None
) -> Draft:
    """Keep everything typed on one page, valid or not; other fields are not looked at.

    *refused* are files that could not be taken, by control. No audit event: an unsent
    draft is nobody's record yet.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if Submission.objects.filter(token=token_of(draft)).exists():
        return draft
    for question in page["fields"]:
        control = control_of(question)
        if control.is_typed:
            draft.answers[question["key"]] = control.read(question, post)
    fill_in_files(draft, page, refused or {})
    draft.expires_at = timezone.now() + KEPT
    draft.save(update_fields=["answers", "expires_at", "changed_at"])
    return draft


def read_draft(draft: Draft) -> Reading:
    """What the draft's typed answers amount to, today."""
    return read(draft.version.document, draft.answers, timezone.localdate())


def token_of(draft: Draft) -> str:
    return f"draft:{draft.uuid}"


def sent_from(draft: Draft) -> Submission | None:
    """The submission that this draft became, if it was sent."""
    return Submission.objects.filter(token=token_of(draft)).first()


@transaction.atomic
def leave(draft: Draft) -> None:
    """Give a draft up: what was typed is deleted. A sent one keeps its receipt only."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if sent_from(draft) is None:
        draft.delete()
