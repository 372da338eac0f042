"""Writes of the thread between the city and the sender: question, reply, withdrawal."""

import secrets
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.services import enqueue
from forms.forms.uploads import Limits
from forms.models import Submission, SubmissionMessage
from forms.models.attachment import storage
from forms.news import News, spread
from forms.services.files import Taken, take
from home.texts import plain_ends
from staff.models import AuditEvent, User
from staff.services import record_event

Status, Side = Submission.Status, SubmissionMessage.Side

LONGEST = 2000
REPLY_LIMITS = Limits(["pdf", "image", "word", "excel", "text"], 10, 5)


@transaction.atomic
def ask_sender(submission: Submission, text: str, *, by: User) -> SubmissionMessage:
    """Put a question to the sender (差戻し), who sees it at the look-up.

    A mail without a word of it goes out where an address is known. Refused once the
    matter was handed on or taken back.
    """
    submission = _locked(submission)
    if submission.status not in Submission.OPEN_STATUSES:
        raise ValidationError(
            _("The sender cannot be asked any more in the state “%(state)s”.")
            % {"state": submission.get_status_display()}
        )
    message = _store(submission, Side.CITY, text, author=by)
    _set(submission, Status.ASKED)
    enqueue(
        "mail_to_sender",
        f"asked:{message.pk}",
        {"submission": submission.pk, "key": f"asked:{message.pk}"},
    )
    record_event("portal_forms.submission.asked", submission, by=by, message=message.pk)
    return message


def reply(
    submission: Submission,
    text: str,
    uploads: Sequence[UploadedFile] = (),
    *,
    token: str,
    by: User | None = None,
) -> SubmissionMessage:
    """Take in the sender's reply with its files; the same *token* again is the same.

    ValidationError where a file is not taken: then nothing is, and the text is kept by
    the page. Whoever took the answers in is told, without a word of it.
    """
    known = SubmissionMessage.objects.filter(token=f"reply:{token}").first()
    if known is not None:
        return known
    if len(uploads) > REPLY_LIMITS.count:
        raise ValidationError(
            _("Up to %(count)s files can be attached here. Remove one first.")
            % {"count": REPLY_LIMITS.count}
        )
    taken = _take_all(uploads)
    try:
        return _receive_reply(submission, text, taken, token, by)
    except BaseException:
        _drop(taken)
        raise


def _take_all(uploads: Iterable[UploadedFile]) -> list[Taken]:
    taken: list[Taken] = []
    try:
        for upload in uploads:
            taken.append(take(upload, REPLY_LIMITS))
    except ValidationError as error:
        _drop(taken)
        raise ValidationError(
            _("“%(name)s” was not taken: %(reason)s")
            % {"name": upload.name, "reason": " ".join(error.messages)}
        ) from None
    return taken


def _drop(taken: Iterable[Taken]) -> None:
    for file in taken:
        storage.delete(file.stored_as)


@transaction.atomic
def _receive_reply(
    submission: Submission, text: str, taken: list[Taken], token: str, by: User | None
) -> SubmissionMessage:
    submission = _locked(submission)
    known = SubmissionMessage.objects.filter(token=f"reply:{token}").first()
    if known is not None:
        _drop(taken)
        return known
    if not may_reply(submission):
        raise ValidationError(
            _("A reply can no longer be sent here. Please call the office.")
        )
    message = _store(submission, Side.SENDER, text, author=by, token=f"reply:{token}")
    for file in taken:
        file.row(submission=submission, message=message).save(force_insert=True)
    if submission.status == Status.ASKED:
        _set(submission, Status.IN_REVIEW)
    spread(submission, News.REPLIED, f"replied:{message.pk}")
    record_event(
        "portal_forms.submission.replied",
        submission,
        action=AuditEvent.Action.CREATE,
        by=by,
        message=message.pk,
        files=len(taken),
    )
    return message


def may_reply(submission: Submission) -> bool:
    """Whether the sender may write: the city has asked, and has not handed it on."""
    return (
        submission.status in Submission.OPEN_STATUSES
        and submission.anonymised_at is None
        and submission.messages.filter(side=Side.CITY).exists()
    )


def may_withdraw(submission: Submission) -> bool:
    """Whether the sender may take it back: until it was handed on."""
    return (
        submission.status in Submission.OPEN_STATUSES
        and submission.anonymised_at is None
    )


@transaction.atomic
def withdraw(
    submission: Submission, reason: str = "", *, by: User | None = None
) -> Submission:
    """Mark a submission as taken back by its sender, and tell staff; delete nothing.

    A second time changes nothing. Refused once it was handed on to those in charge.
    """
    submission = _locked(submission)
    if submission.status == Status.WITHDRAWN:
        return submission
    if not may_withdraw(submission):
        raise ValidationError(
            _(
                "This was handed on to those in charge, so it cannot be taken back here"
                " any more. Please call the office."
            )
        )
    if reason.strip():
        _store(submission, Side.SENDER, reason, author=by)
    _set(submission, Status.WITHDRAWN)
    spread(submission, News.WITHDRAWN, f"withdrawn:{submission.receipt}")
    record_event("portal_forms.submission.withdrawn", submission, by=by)
    return submission


def mark_read(submission: Submission, *, reader: str) -> None:
    """Note when a side first saw what the other one wrote."""
    unread = submission.messages.filter(read_at=None).exclude(side=reader)
    if unread.exists():
        unread.update(read_at=timezone.now())


def _locked(submission: Submission) -> Submission:
    return Submission.objects.select_for_update().get(pk=submission.pk)


def _set(submission: Submission, status: str) -> None:
    Submission.objects.filter(pk=submission.pk).update(status=status)
    submission.status = status


def _store(
    submission: Submission,
    side: str,
    text: str,
    *,
    author: User | None,
    token: str = "",
) -> SubmissionMessage:
    message = SubmissionMessage(
        submission=submission,
        side=side,
        text=plain_ends(text).strip(),
        author=author,
        token=token or f"{side}:{secrets.token_hex(16)}",
    )
    message.full_clean(exclude=["submission", "author"])
    message.save(force_insert=True)
    return message
