"""The one transaction that receives answers, and what comes after it."""

import hashlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.mail import notify
from forms.answers import Reading
from forms.compiler import canonical, fields_of
from forms.deliveries import enqueue_deliveries
from forms.forms.controls import control_of
from forms.handlers import handle
from forms.models import Draft, FormDefinition, IndexedAnswer, Submission
from forms.services.drafts import read_draft, sent_from, token_of
from forms.services.entering import is_entered_for_partner
from forms.services.files import adopt_files
from forms.services.inbox import follow_status
from forms.services.look_up import look_up_hash, look_up_password
from home.models import ContactSettings
from staff.models import AuditEvent, Membership, User
from staff.names import search_key
from staff.services import record_event, year_number

KEPT_AFTER_SENDING = timedelta(days=31)


class IncompleteAnswers(ValidationError):
    """Answers that cannot be received yet; ``reading`` knows which and why."""

    def __init__(self, reading: Reading):
        super().__init__(list(reading.errors.values()))
        self.reading = reading


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
    enqueue_deliveries(submission)
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
    adopt_files(draft, submission)
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


@transaction.atomic
def change_status(submission: Submission, status: str, *, by: User) -> None:
    """Set what the sender may know: received, being looked at, dealt with."""
    follow_status(submission, status)
    changed = Submission.objects.filter(pk=submission.pk).exclude(status=status)
    if changed.update(status=Submission.Status(status)):
        record_event(
            "portal_forms.submission.status_changed", submission, by=by, status=status
        )
