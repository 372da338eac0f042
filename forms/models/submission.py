"""Answers: while they are being given, and once they are received."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forms.models.inbox import Handling
from forms.querysets import (
    DraftQuerySet,
    IndexedAnswerQuerySet,
    SubmissionQuerySet,
)
from staff.models.indexes import filled_only
from staff.prepared import insert, made


class Draft(models.Model):
    """Answers being given: kept on the server at every step, pinned to a version.

    ``key_hash`` is the digest of the secret that the browser holds; whoever shows the
    secret may go on. ``answers`` also keep what is irrelevant at the moment. ``number``
    is what people write down, with a passphrase whose key ``resume_hash`` knows.
    ``moved_from`` is the version before a breaking change that the draft followed.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        "portal_forms.FormVersion", on_delete=models.PROTECT, related_name="drafts"
    )
    number = models.CharField(  # noqa: DJ001  unique, and drafts from before have none
        max_length=20, unique=True, null=True, editable=False
    )
    key_hash = models.CharField(max_length=64)
    resume_hash = models.CharField(max_length=64, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    invitation = models.ForeignKey(
        "portal_forms.Invitation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
    )
    sent_with = models.ForeignKey(
        "portal_forms.PartnerKey",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    linked_to = models.ForeignKey(
        "portal_forms.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    answers = models.JSONField(default=dict)
    shared = models.JSONField(null=True, editable=False)
    language = models.CharField(max_length=10, blank=True)
    page = models.PositiveSmallIntegerField(null=True, editable=False)
    moved_from = models.ForeignKey(
        "portal_forms.FormVersion",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    save_mark = models.CharField(max_length=60, blank=True, editable=False)
    is_trapped = models.BooleanField(default=False, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = DraftQuerySet.as_manager()

    # The row that it was read from, where that was kept: nothing changed, if there is
    # the same one again.
    stored: list[tuple] | None = None

    # Wagtail's index of references would keep who points to what, and show it to
    # form editors on the page that lists where a form is used.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("Draft")
        verbose_name_plural = _("Drafts")

    def __str__(self) -> str:
        return f"{self.uuid}"


class Submission(models.Model):
    """Answers as they were received. They are kept as sent and never edited.

    ``token`` is unique: the draft it came from, or the idempotency key of the API; a
    second arrival with the same token is the same submission.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        IN_REVIEW = "in_review", _("Being looked at")
        ASKED = "asked", _("The city has a question for you")
        DONE = "done", _("Handed on to those in charge")
        WITHDRAWN = "withdrawn", _("Taken back")

    # Until those in charge have it in hand, the sender may answer and take it back.
    OPEN_STATUSES = (Status.RECEIVED, Status.IN_REVIEW, Status.ASKED)

    receipt = models.CharField(_("Receipt number"), max_length=20, unique=True)
    token = models.CharField(max_length=80, unique=True, editable=False)
    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="submissions",
        verbose_name=_("Form"),
    )
    version = models.ForeignKey(
        "portal_forms.FormVersion",
        on_delete=models.PROTECT,
        related_name="submissions",
        verbose_name=_("Form version"),
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("School or group"),
        db_index=False,
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Submitted by"),
        db_index=False,
    )
    invitation = models.ForeignKey(
        "portal_forms.Invitation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        verbose_name=_("Invitation"),
        db_index=False,
    )
    linked_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="linked_from",
        verbose_name=_("Sent together with"),
        db_index=False,
    )
    # Null, so that adding the column did not rebuild a table that carries locks.
    language = models.CharField(  # noqa: DJ001
        _("Language"), max_length=10, null=True, blank=True, editable=False
    )
    answers = models.JSONField(_("Answers"))
    sha256 = models.CharField(max_length=64)
    look_up_hash = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(_("Received at"), db_index=True)

    status = models.CharField(
        _("State shown to the sender"),
        max_length=20,
        choices=Status.choices,
        default=Status.RECEIVED,
    )
    anonymised_at = models.DateTimeField(
        _("Answers cleared at"), null=True, blank=True, editable=False
    )

    thinned_at = models.DateTimeField(
        _("Short-lived answers cleared at"), null=True, blank=True, editable=False
    )

    objects = SubmissionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Submission")
        verbose_name_plural = _("Submissions")
        # Most are sent by nobody known: those stand in none of these.
        indexes = [
            filled_only("partner", "submission_partner"),
            filled_only("submitted_by", "submission_account"),
            filled_only("invitation", "submission_invitation"),
            filled_only("linked_to", "submission_linked"),
        ]

    def __str__(self) -> str:
        return self.receipt

    # While it is being received, nobody has seen it yet, let alone corrected it.
    is_new = False

    FROZEN = ("receipt", "token", "version_id", "answers", "sha256", "submitted_at")

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            stored = type(self).objects.values(*self.FROZEN).get(pk=self.pk)
            if any(stored[name] != getattr(self, name) for name in self.FROZEN):
                raise ValidationError(_("Received answers cannot be changed."))
            super().save(*args, **kwargs)
            return
        with transaction.atomic(savepoint=False):
            insert(self)
            # Whatever door it comes through, it stands in the inbox.
            handling = made(
                Handling,
                submission=self,
                form_id=self.form_id,
                partner_id=self.partner_id,
                received_at=self.submitted_at,
            )
            insert(handling)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("Received answers cannot be deleted."))

    def get_admin_url(self) -> str:
        return reverse("inbox:detail", args=[self.pk])


class IndexedAnswer(models.Model):
    """A chosen answer of a submission, typed and indexed for lists and search.

    ``slot`` is what the answer is to the city: the child's name, the urgency …;
    ``text`` is the answer as shown, ``folded`` its search key.
    """

    submission = models.ForeignKey(
        Submission,
        on_delete=models.CASCADE,
        related_name="indexed",
        db_index=False,  # the constraint begins with it
    )
    slot = models.SlugField(max_length=30, db_index=False)  # with the submission only
    text = models.CharField(max_length=200, blank=True)
    folded = models.CharField(max_length=200, blank=True, db_index=True)
    date = models.DateField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    objects = IndexedAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="indexed_answer_once", fields=["submission", "slot"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}"
