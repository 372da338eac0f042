"""What staff do with received answers: beside them, never in them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forms.querysets import (
    AnswerGrantQuerySet,
    EnteredForQuerySet,
    HandlingQuerySet,
    SavedViewQuerySet,
    SubmissionRecordQuerySet,
)
from staff.models import Membership
from staff.models.indexes import filled_only


class AnswerGrant(models.Model):
    """Who reads the answers of a form, from one day to another.

    Without a form it is about every form. It names a unit, a role or a person: one of
    them. Answers that became a confidential matter are opened by the matter alone.
    """

    ROLES = Membership.UNIT_ROLES

    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("Form"),
        help_text=_("Leave it empty for every form."),
    )
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Unit"),
    )
    role = models.CharField(
        _("Role"),
        max_length=30,
        blank=True,
        choices=[(role.value, role.label) for role in ROLES],
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Person"),
    )
    can_act = models.BooleanField(
        _("May work on them"),
        default=False,
        help_text=_("Assign, note, ask back, correct, hand on."),
    )
    can_export = models.BooleanField(
        _("May export them"), default=False, help_text=_("As CSV, Excel or JSON.")
    )
    valid_from = models.DateField(_("Valid from"), default=timezone.localdate)
    valid_to = models.DateField(
        _("Valid until"), null=True, blank=True, help_text=_("The last day in force.")
    )

    objects = AnswerGrantQuerySet.as_manager()

    class Meta:
        ordering = ["form__slug", "pk"]
        verbose_name = _("Right to read answers")
        verbose_name_plural = _("Rights to read answers")
        constraints = [
            models.CheckConstraint(
                name="answer_grant_ends_on_or_after_its_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    def clean(self) -> None:
        named = [bool(self.unit_id), bool(self.role), bool(self.user_id)]
        if sum(named) != 1:
            raise ValidationError(_("Choose a unit, a role or a person: one of them."))

    @property
    def holder(self) -> str:
        return str(self.unit or self.user or self.get_role_display())

    def audit_detail(self) -> dict[str, object]:
        """What the audit keeps of a change: whose right, to what, until when."""
        return {
            "form": self.form.slug if self.form else "*",
            "unit": self.unit.code if self.unit else "",
            "role": self.role,
            "user": self.user_id,
            "can_act": self.can_act,
            "can_export": self.can_export,
            "valid_from": str(self.valid_from),
            "valid_to": str(self.valid_to or ""),
        }


class Handling(models.Model):
    """How far a submission has got at the city: one narrow row beside each of them.

    Form, partner and moment are copies of what never changes there: the list of 200,000
    submissions is read from this table and its indexes alone.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        IN_REVIEW = "in_review", _("Being looked at")
        ASKED = "asked", _("Waiting for the sender's answer")
        DONE = "done", _("Dealt with")
        DUPLICATE = "duplicate", _("Duplicate")
        FALSE = "false", _("Sent by mistake")
        WITHDRAWN = "withdrawn", _("Taken back by the sender")

    OPEN = [State.RECEIVED, State.IN_REVIEW, State.ASKED]
    ASIDE = [State.DUPLICATE, State.FALSE]
    # What the sender is told of each.
    COARSE = {
        State.RECEIVED: "received",
        State.IN_REVIEW: "in_review",
        State.ASKED: "asked",
        State.DONE: "done",
        State.DUPLICATE: "done",
        State.FALSE: "done",
        State.WITHDRAWN: "withdrawn",
    }

    submission = models.OneToOneField(
        "portal_forms.Submission",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="handling",
    )
    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    received_at = models.DateTimeField()
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.RECEIVED
    )
    state_before = models.CharField(max_length=20, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Assigned to"),
        db_index=False,
    )
    duplicate_of = models.ForeignKey(
        "portal_forms.Submission",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("Duplicate of"),
        db_index=False,
    )
    revision = models.PositiveIntegerField(default=1)

    objects = HandlingQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("Submission")
        verbose_name_plural = _("Submissions")
        indexes = [
            models.Index(fields=["received_at", "submission"], name="handling_at"),
            models.Index(
                fields=["form", "received_at", "submission"], name="handling_form"
            ),
            models.Index(
                fields=["state", "received_at", "submission"], name="handling_state"
            ),
            models.Index(
                fields=["assignee", "received_at", "submission"], name="handling_who"
            ),
            filled_only("partner", "handling_partner", "received_at", "submission"),
            filled_only("duplicate_of", "handling_duplicate"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class SubmissionEvent(models.Model):
    """What happened to a submission. Added and never changed; see also the audit.

    ``detail`` holds numbers and codes. ``text`` is what staff wrote; only retention may
    empty it, and the database refuses everything else.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        STATE = "state", _("State changed")
        NOTE = "note", pgettext_lazy("history", "Note")
        ASKED = "asked", _("Asked the sender")
        CORRECTED = "corrected", _("Corrected")
        LINKED = "linked", _("Linked")
        UNLINKED = "unlinked", _("Link taken away")
        ASIDE = "aside", _("Put aside")
        RESTORED = "restored", _("Taken up again")
        HANDED_ON = "handed_on", _("Handed on")
        EXPORTED = "exported", _("Exported")
        DELIVERED = "delivered", _("Delivered to another system")

    submission = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(_("What"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("When"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Who"),
    )
    detail = models.JSONField(default=dict)
    text = models.TextField(_("Note"), blank=True, max_length=2000)

    objects = SubmissionRecordQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Event of a submission")
        verbose_name_plural = _("Events of submissions")

    def __str__(self) -> str:
        return f"{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("What happened cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("What happened cannot be changed."))


class CorrectedAnswer(models.Model):
    """A correction beside the frozen original: who, when, why, and the new answer.

    The last one of a question counts. ``is_empty`` says that the answer was taken away;
    ``value`` without it is None only where retention has emptied the row.
    """

    submission = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.CASCADE, related_name="corrections"
    )
    key = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    is_empty = models.BooleanField(default=False)
    reason = models.CharField(_("Why"), max_length=300, blank=True)
    at = models.DateTimeField(_("When"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Who"),
    )

    objects = SubmissionRecordQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Correction")
        verbose_name_plural = _("Corrections")

    def __str__(self) -> str:
        return f"{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("What happened cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("What happened cannot be changed."))


class SubmissionLink(models.Model):
    """Two submissions about brothers and sisters; the lower key stands first."""

    one = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.CASCADE, related_name="+"
    )
    other = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SubmissionRecordQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="submission_link_once", fields=["one", "other"]
            ),
            models.CheckConstraint(
                name="submission_link_in_order", condition=Q(one__lt=F("other"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class EnteredFor(models.Model):
    """A form that staff fill in for somebody who phoned, wrote or came.

    ``token`` is that of the draft, which the submission keeps: so it stands for both.
    """

    class Source(models.TextChoices):
        PHONE = "phone", _("By phone")
        PAPER = "paper", _("On paper")
        VISIT = "visit", _("At the desk")

    token = models.CharField(max_length=80, unique=True)
    source = models.CharField(_("How it came"), max_length=10, choices=Source.choices)
    on_behalf_of = models.CharField(_("On behalf of"), max_length=100, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Typed in by"),
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("School or group"),
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = EnteredForQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.pk}"


class SavedView(models.Model):
    """A choice of rows and columns of the inbox: one's own, or shared with the unit.

    ``filters`` holds codes, keys and days; a name that somebody looked for is never
    kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(_("Name of the view"), max_length=40)
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Share with the unit"),
    )
    filters = models.JSONField(default=dict)
    columns = models.JSONField(default=list)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(name="saved_view_once", fields=["user", "name"])
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
