"""Writes of drafts: begun, kept page by page, given up, forgotten."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from forms.answers import Reading, read
from forms.changes import is_same_question
from forms.compiler import fields_of
from forms.forms.controls import Repeat, control_of
from forms.forms.controls.groups import is_row
from forms.languages import in_language
from forms.models import Draft, FormDefinition, FormVersion, Invitation, Submission
from forms.services.files import fill_in_files
from forms.services.look_up import spelled
from forms.services.windows import NotReceived, message_for, settings_of, standing
from home.freshness import own_copy
from staff.models import User
from staff.prepared import Given, Prepared

KEPT = timedelta(hours=24)
TRAP = "website"
locked_drafts = Prepared(
    lambda: Draft.objects.select_for_update(of=("self",)).filter(
        pk=Given("pk", Draft, "id")
    )
)


@transaction.atomic
def start_draft(
    form: FormDefinition,
    *,
    by: User | None,
    query: Mapping[str, str] | None = None,
    invitation: Invitation | None = None,
    language: str = "",
) -> tuple[Draft, str]:
    """Begin to fill in a form; return the draft and its key, known to the browser only.

    A school or group that has logged in, or was invited, finds itself chosen already.
    *query* is what the link says: a hidden value takes from it what the form allows.
    """
    version = form.latest_version()
    if version is None or not form.live:
        raise ValidationError(_("This form is not open at the moment."))
    state = standing(form).state
    if state != "open":
        raise NotReceived(message_for(form.window, state), state)
    forget_expired_drafts(limit=100)
    partner = by.partner if by else None
    if invitation and invitation.partner:
        partner = invitation.partner
    typed = {}
    for question in fields_of(version.document):
        if partner and question["type"] == "partner":
            typed[question["key"]] = {"code": partner.code, "name": ""}
        if question["type"] == "repeat":
            typed[question["key"]] = control_of(question).rows_of(question, None)
        if question["type"] == "preset" and query:
            typed[question["key"]] = control_of(question).arrived(question, query)
    key = secrets.token_urlsafe(32)
    draft = Draft(
        number=new_number(),
        version=version,
        key_hash=hash_of(key),
        owner=by,
        partner=partner,
        invitation=invitation,
        language=language,
        answers=typed,
    )
    draft.expires_at = end_of(draft)
    draft.save(force_insert=True)
    return draft, key


def new_number() -> str:
    """The number of a draft, for people: ``T-7k3m-9qxf``; it opens nothing."""
    return f"T-{spelled(secrets.randbits(64), 8)}"


def end_of(draft: Draft) -> datetime:
    """Until when a draft is kept, counted from now.

    A day for somebody unknown who may have walked away; the form's own days for whoever
    can come back: with a passphrase, an account or an invitation.
    """
    if draft.resume_hash or draft.owner_id or draft.invitation_id:
        days = settings_of(draft.version.form).draft_days
        return timezone.now() + timedelta(days=days)
    return timezone.now() + KEPT


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


def locked(draft: Draft) -> Draft:
    """The draft of this moment, under its lock; DoesNotExist where it was given up."""
    stored = locked_drafts.stored(pk=draft.pk)
    if not stored:
        raise Draft.DoesNotExist
    if stored == draft.stored:
        return own_copy(draft)
    (found,) = locked_drafts.read(stored)
    is_same = found.version_id == draft.version_id
    found.version = (
        draft.version if is_same else FormVersion.objects.kept(found.version_id)
    )
    return found


def holds_key(draft: Draft, key: str) -> bool:
    """Whether *key* opens this draft, in constant time.

    The key it was begun with, the one made of number and passphrase, or the one that
    its owner is given after logging in.
    """
    if not key:
        return False
    keys = [draft.key_hash, draft.resume_hash]
    keys.append(hash_of(owner_key(draft)) if draft.owner_id else "")
    given = hash_of(key)
    return any(constant_time_compare(known, given) for known in keys)


def owner_key(draft: Draft) -> str:
    """The key for whoever began the draft under an account; stored nowhere."""
    words = f"{draft.uuid}:{draft.owner_id}"
    return salted_hmac("forms.owner", words, algorithm="sha256").hexdigest()


@transaction.atomic
def save_page(
    draft: Draft,
    page: Mapping,
    post: QueryDict,
    refused: Mapping | None = None,
    *,
    by_script: bool = False,
) -> Draft:
    """Keep everything typed on one page, valid or not; other fields are not looked at.

    *refused* are files that could not be taken, by control. A save by script that was
    overtaken by a later one of the same page changes nothing. A page of the version
    that the draft has left meanwhile is kept too, where its questions are the same; in
    a group it takes nothing away that it did not show. No audit event: an unsent draft
    is nobody's record yet.
    """
    draft = locked(draft)
    mark = post.get("save_mark", "")[:60]
    if draft.sent_at or (by_script and _is_overtaken(draft, mark)):
        return draft
    known = {
        question["key"]: question for question in fields_of(draft.version.document)
    }
    is_elsewhere = post.get("version", "")[:9] not in ("", str(draft.version.number))
    for question in page["fields"]:
        control, now = control_of(question), known.get(question["key"], question)
        if control.is_typed and is_same_question(question, now):
            typed = control.read(question, post)
            if is_elsewhere and isinstance(control, Repeat):
                kept = draft.answers.get(question["key"])
                typed = joined(question, now, typed, kept, control.removed(now, post))
            draft.answers[question["key"]] = typed
    fill_in_files(draft, page, refused or {})
    keys = [one["key"] for one in draft.version.document["pages"]]
    if page["key"] in keys:
        draft.page = keys.index(page["key"]) + 1
    draft.save_mark = mark
    draft.is_trapped = draft.is_trapped or bool(post.get(TRAP))
    draft.expires_at = end_of(draft)
    draft.save(
        update_fields=[
            "answers",
            "page",
            "save_mark",
            "is_trapped",
            "expires_at",
            "changed_at",
        ]
    )
    return draft


def joined(
    shown: Mapping, now: Mapping, typed: list[dict], kept: Any, removed: str
) -> list[dict[str, Any]]:
    """The rows of a group typed on a page of another version, with what is kept.

    *shown* is the group as that page asked it, *now* as the draft's version does. What
    the page did not ask for stays in its row, and so do rows that it did not know;
    *removed* is the row that its button takes away.
    """
    rows = kept if isinstance(kept, list) else []
    before = {row["id"]: row for row in rows if is_row(row) and row.get("id")}
    today = {sub["key"]: sub for sub in now["fields"]}
    asked = {
        sub["key"]
        for sub in shown["fields"]
        if control_of(sub).is_typed
        and is_same_question(sub, today.get(sub["key"], sub))
    }
    found = []
    for row in typed:
        fresh = {k: v for k, v in row.items() if k == "id" or k in asked}
        found.append({**before.pop(row["id"], {}), **fresh})
    before.pop(removed, None)
    return [*found, *before.values()]


def _is_overtaken(draft: Draft, mark: str) -> bool:
    """Marks are ``page:count``, made anew for each page that a browser opens."""
    opened, _colon, count = mark.partition(":")
    known, _colon, last = draft.save_mark.partition(":")
    is_same = bool(opened) and opened == known
    return (
        is_same and count.isdecimal() and last.isdecimal() and int(count) <= int(last)
    )


@transaction.atomic
def set_language(draft: Draft, language: str) -> None:
    """Go on in another language; the answers stay as they are."""
    Draft.objects.filter(pk=draft.pk, sent_at=None).update(language=language)


def document_of(draft: Draft) -> Mapping:
    """What the draft runs from, in the language that was chosen."""
    return in_language(draft.version.document, draft.language or settings.LANGUAGE_CODE)


def read_draft(draft: Draft) -> Reading:
    """What the draft's typed answers amount to, today."""
    return read(document_of(draft), draft.answers, timezone.localdate())


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
    else:
        Draft.objects.filter(pk=draft.pk).update(shared=None)
