"""What the city found out and thinks: the ground of every decision."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.querysets import AssessmentQuerySet


class Assessment(models.Model):
    """One version of the assessment of a case; confirmed by somebody other than its
    author, and frozen from then on. The operator reads ``shared_summary`` only.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for confirmation")
        RETURNED = "returned", _("Sent back")
        CONFIRMED = "confirmed", _("Confirmed")
        SUPERSEDED = "superseded", _("Superseded")

    EDITABLE = [State.DRAFT, State.RETURNED]
    UNFINISHED = [State.DRAFT, State.RETURNED, State.SUBMITTED]
    FROZEN = [State.CONFIRMED, State.SUPERSEDED]
    CONTENT = [
        "situation",
        "child_voice",
        "guardian_voice",
        "strengths",
        "risks",
        "urgency",
        "needs",
        "considered",
        "recommendation",
        "shared_summary",
    ]

    class Urgency(models.TextChoices):
        A = "a", _("A: at once")
        B = "b", _("B: within a week")
        C = "c", _("C: as planned")

    class Recommendation(models.TextChoices):
        SUITABLE = "suitable", _("Use is suitable")
        NOT_NEEDED = "not_needed", _("Use is not needed")
        OTHER_HELP = "other_help", _("Other help")

    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="assessments"
    )
    version = models.PositiveSmallIntegerField(_("Version"))
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.DRAFT
    )
    situation = models.TextField(_("Situation of child and family"), max_length=2000)
    child_voice = models.TextField(
        _("What the child wishes"), max_length=1000, blank=True
    )
    guardian_voice = models.TextField(
        _("What the guardian wishes"), max_length=1000, blank=True
    )
    strengths = models.TextField(_("Strengths"), max_length=1000, blank=True)
    risks = models.TextField(_("Risks"), max_length=1000, blank=True)
    urgency = models.CharField(_("Urgency"), max_length=1, choices=Urgency.choices)
    needs = models.TextField(_("Needs of support"), max_length=1000)
    considered = models.TextField(
        _("Other help that was considered"), max_length=1000, blank=True
    )
    recommendation = models.CharField(
        _("Judgement"), max_length=20, choices=Recommendation.choices
    )
    shared_summary = models.TextField(
        _("Summary for the operator"), max_length=1000, blank=True
    )
    author = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Author"),
    )
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("Confirmed at"), null=True, blank=True)
    return_reason = models.TextField(
        _("Why it was sent back"), blank=True, max_length=1000
    )
    revision = models.PositiveIntegerField(default=1)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("Assessment")
        verbose_name_plural = _("Assessments")
        permissions = [("confirm_assessment", "Can confirm assessments")]
        constraints = [
            models.UniqueConstraint(
                name="assessment_version_once", fields=["case", "version"]
            ),
            models.UniqueConstraint(
                name="assessment_one_unfinished_per_case",
                fields=["case"],
                condition=Q(state__in=["draft", "submitted", "returned"]),
                violation_error_message=_(
                    "An assessment of this case is still being written."
                ),
            ),
            models.UniqueConstraint(
                name="assessment_one_confirmed_per_case",
                fields=["case"],
                condition=Q(state="confirmed"),
            ),
            models.CheckConstraint(
                name="assessment_confirmed_by_another_person",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("author")),
                violation_error_message=_(
                    "Nobody confirms what they wrote themselves."
                ),
            ),
            models.CheckConstraint(
                name="assessment_confirmed_has_a_confirmer",
                condition=~Q(state__in=["confirmed", "superseded"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}-A{self.version}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            stored = type(self).objects.filter(pk=self.pk, state__in=self.FROZEN)
            if stored.exists():
                raise ValidationError(_("A confirmed assessment cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.state in self.FROZEN:
            raise ValidationError(_("A confirmed assessment cannot be changed."))
        return super().delete(*args, **kwargs)

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject

    def get_admin_url(self) -> str:
        return reverse("assessments:detail", args=[self.pk])
