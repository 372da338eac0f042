"""Writes of forms: versions, drafts, and the one transaction that receives answers."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context

from exchange.mail import notify
from forms.answers import Reading, read
from forms.changes import breaking_changes
from forms.compiler import canonical, compile_form, digest_of, fields_of
from forms.forms.controls import control_of
from forms.forms.text import narrow
from forms.handlers import handle, refusal_of_change
from forms.models import (
    Draft,
    FormDefinition,
    FormVersion,
    IndexedAnswer,
    Submission,
)
from home.models import ContactSettings
from staff.models import AuditEvent, Membership, User
from staff.names import search_key
from staff.services import record_event, year_number

KEPT = timedelta(hours=24)
KEPT_AFTER_SENDING = timedelta(days=31)
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  an alphabet


class FormProblems(ValidationError):
    """A definition that cannot be published; ``messages`` says why, for staff."""


class IncompleteAnswers(ValidationError):
    """Answers that cannot be received yet; ``reading`` knows which and why."""

    def __init__(self, reading: Reading):
        super().__init__(list(reading.errors.values()))
        self.reading = reading


@transaction.atomic
def publish_version(
    definition: FormDefinition, *, by: User | None
) -> FormVersion | None:
    """Compile a definition and add it as the form's next version.

    Nothing is added where the document is the one in force. FormProblems, and with it
    the end of the caller's transaction, where the definition is not sound.
    """
    # Two editors who publish at once: the second waits here, then counts on.
    FormDefinition.objects.select_for_update().get(pk=definition.pk)
    last = definition.latest_version()
    before = last.document if last else {}
    compiled = compile_form(definition, previous=before)
    if compiled.problems:
        raise FormProblems(compiled.problems)
    refusal = refusal_of_change(before.get("handler"), definition.handler)
    if refusal:
        raise FormProblems([refusal])
    digest = digest_of(compiled.document)
    if last and last.sha256 == digest:
        return None
    version = FormVersion(
        form=definition,
        number=last.number + 1 if last else 1,
        document=compiled.document,
        sha256=digest,
        is_breaking=breaking_changes(last and last.document, compiled.document),
        published_by=by,
    )
    version.full_clean(exclude=["published_by"])
    version.save(force_insert=True)
    record_event(
        "portal_forms.version.published",
        version,
        action=AuditEvent.Action.CREATE,
        by=by,
        **codes_of(definition),
        number=version.number,
        breaking=version.is_breaking,
    )
    if before.get("access", definition.access) != definition.access:
        record_event(
            "portal_forms.form.access_changed",
            version,
            by=by,
            **codes_of(definition),
            before=before["access"],
        )
    return version


def codes_of(definition: FormDefinition) -> dict[str, object]:
    """What the audit says of a form: never its words."""
    return {
        "form": definition.slug,
        "form_id": definition.pk,
        "access": definition.access,
        "handler": definition.handler,
    }


def add_version_on_publishing(sender, instance, revision, **kwargs) -> None:
    """Whatever door publishes a definition adds its version, or publishes nothing.

    A form that is opened again as it was has no new version, but an event.
    """
    if publish_version(instance, by=revision.user) is None:
        record_event(
            "portal_forms.form.published",
            instance.latest_version(),
            by=revision.user,
            **codes_of(instance),
        )


def record_unpublishing(sender, instance, **kwargs) -> None:
    """Whatever door closes a form, the audit knows when and, of a person, who."""
    record_event(
        "portal_forms.form.unpublished",
        instance.latest_version(),
        by=get_active_log_context().user,
        **codes_of(instance),
    )


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
def save_page(draft: Draft, page: Mapping, post: QueryDict) -> Draft:
    """Keep everything typed on one page, valid or not; other fields are not looked at.

    No audit event: an unsent draft is nobody's record yet.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if Submission.objects.filter(token=token_of(draft)).exists():
        return draft
    for question in page["fields"]:
        control = control_of(question)
        if control.is_typed:
            draft.answers[question["key"]] = control.read(question, post)
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
def submit(draft: Draft, *, key: str) -> Submission:
    """Receive a draft: submission, index, handler, mail and audit together, or nothing.

    The same draft a second time is the same submission with the same receipt. Answers
    to questions that are not asked do not leave the draft, and the draft is emptied.
    Whoever no longer writes for the school or group does not send in its name.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("version__form")
        .get(pk=draft.pk)
    )
    known = sent_from(draft)
    if known:
        return known
    reading = read_draft(draft)
    if reading.errors:
        raise IncompleteAnswers(reading)
    if draft.partner and not _writes_for_partner(draft):
        if draft.version.form.access == FormDefinition.Access.PARTNER:
            raise ValidationError(_no_longer_of(draft))
        draft.partner = None
    submission = _store(draft, reading, key)
    draft.answers = {}
    draft.expires_at = timezone.now() + KEPT_AFTER_SENDING
    draft.save(update_fields=["answers", "expires_at", "changed_at"])
    handle(submission)
    _confirm_by_mail(submission)
    record_event(
        "portal_forms.submission.received",
        submission,
        action=AuditEvent.Action.CREATE,
        by=draft.owner,
        form=submission.form.slug,
        version=submission.version.number,
    )
    return submission


def _writes_for_partner(draft: Draft) -> bool:
    """Whether the owner is still of the school or group that the draft was begun for.

    Days may lie between the beginning and the sending, and a post may end on any.
    """
    posts = Membership.objects.in_force().filter(
        user=draft.owner_id,
        user__is_active=True,
        role=Membership.Role.SUBMITTER,
        partner=draft.partner_id,
        partner__is_active=True,
    )
    return posts.exists()


def _no_longer_of(draft: Draft) -> str:
    contact = ContactSettings.load()
    phone = contact.office_phone or contact.urgent_phone
    office = f"{contact.office_name} {phone}".strip() or _("the city's office")
    return _(
        "Your account is no longer registered for “%(partner)s”, and this form is"
        " only for schools and groups. Please call %(office)s, and tell them there"
        " what cannot wait."
    ) % {"partner": draft.partner, "office": office}


def _store(draft: Draft, reading: Reading, key: str) -> Submission:
    receipt = year_number("receipt", "R")
    submission = Submission(
        receipt=receipt,
        token=token_of(draft),
        form=draft.version.form,
        version=draft.version,
        partner=draft.partner,
        submitted_by=draft.owner,
        answers=reading.values,
        sha256=hashlib.sha256(canonical(reading.values).encode()).hexdigest(),
        look_up_hash=look_up_hash(receipt, look_up_password(key)),
        submitted_at=timezone.now(),
    )
    submission.full_clean(exclude=["answers"])
    submission.save(force_insert=True)
    IndexedAnswer.objects.bulk_create(_indexed(submission))
    return submission


def _indexed(submission: Submission) -> list[IndexedAnswer]:
    """The chosen answers; several questions of one slot make one entry."""
    shown: dict[str, list[str]] = {}
    days: dict[str, str] = {}
    for question in fields_of(submission.version.document):
        slot, value = question.get("slot"), submission.answers.get(question["key"])
        if slot and value is not None:
            for name, text in control_of(question).slots(question, value).items():
                shown.setdefault(name, []).append(text)
            if question["type"] == "date":
                days[slot] = value
    return [
        IndexedAnswer(
            submission=submission,
            slot=slot,
            text="　".join(texts)[:200],
            folded=search_key("".join(texts))[:200],
            date=days.get(slot),
        )
        for slot, texts in shown.items()
    ]


def _confirm_by_mail(submission: Submission) -> None:
    """A mail to the sender who has logged in: the number and the day, no answer."""
    sender = submission.submitted_by
    if sender is None or not sender.email:
        return
    number = {"receipt": submission.receipt}
    notify(
        [sender],
        subject=_("We have received your form (receipt number %(receipt)s)") % number,
        lines=[
            _("Receipt number: %(receipt)s") % number,
            _("This mail does not repeat your answers. To look at them, log in."),
        ],
        path=reverse("status"),
        key=f"received:{submission.receipt}",
    )


def look_up_password(key: str) -> str:
    """The password to look up a submission, made from the draft's key.

    Nobody stores it: whoever still holds the key is shown the same password again, so
    a reload or a second click after a lost connection shows what the first one did.
    """
    digest = salted_hmac("forms.look_up", key, algorithm="sha256").digest()
    number = int.from_bytes(digest)
    letters = []
    for _position in range(16):
        number, at = divmod(number, len(PASSWORD_LETTERS))
        letters.append(PASSWORD_LETTERS[at])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def look_up_hash(receipt: str, password: str) -> str:
    """What is stored instead of the password: typed with or without hyphens."""
    plain = narrow(password).replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(f"{receipt}:{plain}".encode()).hexdigest()


def look_up(receipt: str, password: str) -> Submission | None:
    """The submission with this number and password; None where either is wrong."""
    receipt = narrow(receipt).upper()
    found = Submission.objects.filter(receipt=receipt).first()
    expected = found.look_up_hash if found else "0" * 64
    right = hmac.compare_digest(expected, look_up_hash(receipt, password))
    return found if found and right else None


@transaction.atomic
def leave(draft: Draft) -> None:
    """Give a draft up: what was typed is deleted. A sent one keeps its receipt only."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if sent_from(draft) is None:
        draft.delete()


@transaction.atomic
def change_status(submission: Submission, status: str, *, by: User) -> None:
    """Set what the sender may know: received, being looked at, dealt with."""
    changed = Submission.objects.filter(pk=submission.pk).exclude(status=status)
    if changed.update(status=Submission.Status(status)):
        record_event(
            "portal_forms.submission.status_changed", submission, by=by, status=status
        )
