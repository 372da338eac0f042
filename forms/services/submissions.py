"""The one transaction that receives answers, and what comes after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exchange.writing import beginning
from forms.answers import Reading
from forms.compiler import digest_of, fields_of
from forms.forms.controls import control_of
from forms.handlers import handle
from forms.languages import speaking
from forms.models import (
    Draft,
    FormDefinition,
    FormWindow,
    IndexedAnswer,
    Submission,
)
from forms.services.drafts import locked, read_draft, sent_from, token_of
from forms.services.entering import is_entered_for_partner
from forms.services.files import adopt_files
from forms.services.following import must_follow
from forms.services.guard import announce, hold, suspicions
from forms.services.inbox import follow_status
from forms.services.invitations import take_use
from forms.services.look_up import look_up_hash, look_up_password
from forms.services.siblings import shared_of
from forms.services.windows import (
    refuse_outside,
    settings_of,
    take_places,
)
from home.models import ContactSettings
from staff.models import AuditEvent, Membership, User
from staff.names import search_key
from staff.prepared import Given, Prepared, insert_values, made, update_all
from staff.services import event_of, record_event, record_events, year_numbers
from staff.turns import Turns

KEPT_AFTER_SENDING = timedelta(days=31)
EMPTIED = ("answers", "shared", "sent_at", "expires_at", "changed_at")
# Asked by every sender: the period as it is this moment.
windows = Prepared(
    lambda: FormWindow.objects.filter(form=Given("form", FormWindow, "form"))
)


class IncompleteAnswers(ValidationError):
    """Answers that cannot be received yet; ``reading`` knows which and why."""

    def __init__(self, reading: Reading):
        super().__init__(list(reading.errors.values()))
        self.reading = reading


class FormChanged(ValidationError):
    """Sound answers to a version whose time is over: the draft has to follow first."""


def submit(
    draft: Draft, *, key: str, address: str = "127.0.0.1", seen: int | None = None
) -> Submission:
    """Receive a draft, when it is its turn: see ``receive``."""
    password = look_up_password(key)
    return _receiving.take(Sending(draft, password, address, seen, Early(draft)))


class Early:
    """What a draft amounts to, worked out before the turn comes.

    It takes long, and the others wait for whoever has the turn.
    """

    def __init__(self, draft: Draft) -> None:
        self.read = self.what(draft)
        self.reading = read_draft(draft)
        self.sha256 = digest_of(self.reading.values)
        self.slots = slots_of(draft.version.document, self.reading.values)
        self.shared = shared_of(draft)

    def of(self, draft: Draft) -> "Early":
        """The same for the draft as it is now: anew, if anything is different."""
        return self if self.read == self.what(draft) else Early(draft)

    @staticmethod
    def what(draft: Draft) -> tuple[Any, ...]:
        today = timezone.localdate()
        return draft.version_id, draft.language, today, draft.answers


@dataclass
class Sending:
    """A draft on its way, with the password to its receipt.

    From where it comes, and the number of the version that was looked over.
    """

    draft: Draft
    password: str
    address: str
    seen: int | None
    early: Early
    language: str = field(default_factory=get_language)


@dataclass
class Arrived:
    """What came of a sending: now, or before, when it was sent a second time."""

    submission: Submission
    sending: Sending
    draft: Draft
    reasons: list[str] = field(default_factory=list)
    is_new: bool = True


def receive(sendings: Sequence[Sending]) -> list[Submission]:
    """Receive drafts: submissions, index, handlers, mail and audit, or nothing at all.

    The same draft a second time is the same submission with the same receipt. Answers
    to questions that are not asked do not leave the draft, and the draft is emptied.
    Whoever no longer writes for the school or group does not send in its name.
    NotReceived where the form is closed or full: period, places and invitation are
    asked here, under their locks, and nowhere else for good. FormChanged where there
    are newer questions to answer first, or another version than the one seen was
    looked over. What looks like a machine is received and held back.
    Draft.DoesNotExist where it was given up meanwhile.
    """
    drafts = [locked(sending.draft) for sending in sendings]
    receipts = new_receipts([draft for draft in drafts if not draft.sent_at])
    forms = {draft.version.form_id for draft in drafts if not draft.sent_at}
    periods = {form: windows.first(form=form) for form in forms}
    arrived = []
    for sending, draft in zip(sendings, drafts, strict=True):
        window, receipt = periods.get(draft.version.form_id), receipts.get(draft.pk, "")
        with speaking(sending.language):
            arrived.append(_take_in(sending, draft, window, receipt))
    new = [each for each in arrived if each.is_new]
    update_all([_emptied(each) for each in new], *EMPTIED)
    insert_values(IndexedAnswer, [slot for each in new for slot in _index(each)])
    record_events([_reception(each) for each in new])
    with speaking(sendings[0].language):  # it may refuse, alone then
        handle([each.submission for each in new if not each.reasons])
    for each in new:
        with speaking(each.sending.language):
            if each.reasons:
                hold(each.submission, each.reasons)
            else:
                announce(each.submission)
        each.submission.is_new = False
    return [each.submission for each in arrived]


_receiving = Turns(receive)


def _take_in(
    sending: Sending, draft: Draft, window: FormWindow | None, receipt: str
) -> Arrived:
    """Store what one draft amounts to, if it may be sent; each after the one before."""
    if draft.sent_at:
        return Arrived(sent_from(draft), sending, draft, is_new=False)
    seen = sending.seen
    if must_follow(draft) or seen not in (None, draft.version.number):
        raise FormChanged(_("This form has changed. There are added questions."))
    refuse_outside(window)
    sending.early = found = sending.early.of(draft)
    if found.reading.errors:
        raise IncompleteAnswers(found.reading)
    _check_partner(draft)
    take_use(draft.invitation_id)
    take_places(window, found.reading.values)
    reasons = suspicions(draft, sending.address)
    submission = _store(draft, found, receipt, sending.password)
    submission.is_new = True
    return Arrived(submission, sending, draft, reasons)


def _index(arrived: Arrived) -> list[dict[str, Any]]:
    submission = arrived.submission.pk
    return [
        {"submission_id": submission, **slot} for slot in arrived.sending.early.slots
    ]


def _reception(arrived: Arrived) -> AuditEvent:
    submission = arrived.submission
    return event_of(
        "portal_forms.submission.received",
        submission,
        action=AuditEvent.Action.CREATE,
        by=submission.submitted_by,
        form=submission.form.slug,
        version=submission.version.number,
    )


def _emptied(arrived: Arrived) -> Draft:
    """What is left of a draft that was sent: its key, for the page of the receipt."""
    draft, now = arrived.draft, timezone.now()
    draft.shared = arrived.sending.early.shared
    draft.answers = {}
    draft.sent_at, draft.expires_at = now, now + KEPT_AFTER_SENDING
    return draft


def _check_partner(draft: Draft) -> None:
    """Let nobody send in the name of a school or group that is theirs no longer."""
    if draft.invitation_id or not draft.partner_id or _writes_for_partner(draft):
        return
    if draft.version.form.access == FormDefinition.Access.PARTNER:
        raise ValidationError(_no_longer_of(draft))
    draft.partner = None


def _writes_for_partner(draft: Draft) -> bool:
    """Whether the owner is still of the school or group that the draft was begun for.

    Days may lie between the beginning and the sending, and a post may end on any.
    """
    if draft.sent_with:
        return draft.sent_with.is_in_force
    if is_entered_for_partner(draft):
        return True
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


def _store(draft: Draft, early: Early, receipt: str, password: str) -> Submission:
    submission = made(
        Submission,
        receipt=receipt,
        token=token_of(draft),
        form=draft.version.form,
        version=draft.version,
        partner=draft.partner,
        submitted_by=draft.owner,
        invitation=draft.invitation,
        linked_to=draft.linked_to,
        language=draft.language or None,
        answers=early.reading.values,
        sha256=early.sha256,
        look_up_hash=look_up_hash(receipt, password),
        submitted_at=timezone.now(),
    )
    # Nobody typed any of it but the answers, and those are judged. That number and
    # token are new is the database's to say: nothing was received, the form answers.
    submission.save(force_insert=True)
    adopt_files(draft, submission)
    return submission


def new_receipts(drafts: Iterable[Draft]) -> dict[int, str]:
    """The next receipt numbers, by draft: in the form's own series, or the common one.

    A draft that was sent with two clicks at once stands here twice, and takes one.
    """
    series: dict[str, list[int]] = {}
    for draft in {draft.pk: draft for draft in drafts}.values():
        letters = settings_of(draft.version.form).receipt_letters
        series.setdefault(letters, []).append(draft.pk)
    found: dict[int, str] = {}
    for letters, keys in series.items():
        kind = f"receipt-{letters}" if letters else "receipt"
        found |= zip(keys, year_numbers(kind, letters or "R", len(keys)), strict=True)
    return found


def entries_of(submission: Submission, values: Mapping) -> list[IndexedAnswer]:
    """What the index says of a submission with these answers."""
    slots = slots_of(submission.version.document, values)
    return [IndexedAnswer(submission=submission, **slot) for slot in slots]


def slots_of(document: Mapping, values: Mapping) -> list[dict[str, Any]]:
    """The chosen answers; several questions of one slot make one entry."""
    shown: dict[str, list[str]] = {}
    days: dict[str, str] = {}
    for question in fields_of(document):
        slot, value = question.get("slot"), values.get(question["key"])
        if slot and value is not None:
            for name, text in control_of(question).slots(question, value).items():
                shown.setdefault(name, []).append(text)
            if question["type"] == "date":
                days[slot] = value
    return [
        {
            "slot": slot,
            "text": beginning("　".join(texts), 200),
            "folded": search_key("".join(texts))[:200],
            "date": days.get(slot),
        }
        for slot, texts in shown.items()
    ]


@transaction.atomic
def change_status(submission: Submission, status: str, *, by: User) -> None:
    """Set what the sender may know: received, being looked at, handed on.

    What the sender took back stays so, and an open question stays open until those in
    charge have it in hand.
    """
    follow_status(submission, status)
    kept = [status, Submission.Status.WITHDRAWN]
    if status == Submission.Status.IN_REVIEW:
        kept.append(Submission.Status.ASKED)
    changed = Submission.objects.filter(pk=submission.pk).exclude(status__in=kept)
    if changed.update(status=Submission.Status(status)):
        record_event(
            "portal_forms.submission.status_changed", submission, by=by, status=status
        )
