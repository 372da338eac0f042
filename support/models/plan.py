"""The individual support plan (個別支援計画): versions, goals, services, advice, paper.

Lengths are full-width characters that fit the boxes of the two A4 pages; they were
tried with every box full.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.models.paper import StoredPaper
from support.querysets import PlanPaperQuerySet, PlanPartQuerySet, PlanVersionQuerySet


def box(label: str, length: int) -> models.TextField:
    """A box of the paper: empty while drafting, never longer than what fits."""
    return models.TextField(
        label, blank=True, max_length=length, validators=[MaxLengthValidator(length)]
    )


def line(label: str, length: int) -> models.CharField:
    """A line of the paper: empty while drafting."""
    return models.CharField(label, blank=True, max_length=length)


def refuse_frozen(plan_id: int | None) -> None:
    """Say no where the plan version is confirmed; the database says it again."""
    frozen = PlanVersion.objects.filter(pk=plan_id, state__in=PlanVersion.FROZEN)
    if plan_id and frozen.exists():
        raise ValidationError(
            _("A confirmed plan cannot be changed. Make the next version.")
        )


class PlanVersion(models.Model):
    """One version of a child's plan, written by the operator.

    ``draft`` → ``shared`` with the city, which acknowledges it with or without advice →
    ``confirmed``: from then on neither this row nor its parts change, and the stored
    paper is served. A change is the next version. What child and guardian wish is
    recorded as far as it can be asked; where it could not, the reason is.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SHARED = "shared", _("Shared with the city")
        CONFIRMED = "confirmed", _("Confirmed")
        SUPERSEDED = "superseded", _("Superseded")

    OPEN = [State.DRAFT, State.SHARED]
    FROZEN = [State.CONFIRMED, State.SUPERSEDED]

    class How(models.TextChoices):
        TALK = "talk", _("Talking")
        CARDS = "cards", _("Cards")
        DRAWING = "drawing", _("Drawing")
        OTHER = "other", _("Another way")
        NOT_NOW = "not_now", _("Does not want to talk now")

    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="plans",
        verbose_name=_("Case"),
    )
    enrolment = models.ForeignKey(
        "decisions.Enrolment",
        on_delete=models.PROTECT,
        related_name="plans",
        verbose_name=_("Enrolment"),
    )
    version = models.PositiveSmallIntegerField(_("Version"))
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.DRAFT
    )
    revision = models.PositiveIntegerField(default=1)
    written_on = models.DateField(_("Written on"))
    period_from = models.DateField(_("Period from"))
    period_to = models.DateField(_("Period until"))

    child_voice = box(_("What the child wishes"), 160)
    child_voice_on = models.DateField(_("Asked on"), null=True, blank=True)
    child_voice_by = line(_("Asked by"), 40)
    child_voice_how = models.CharField(
        _("How the child was asked"), max_length=20, choices=How.choices, blank=True
    )
    child_recheck_on = models.DateField(_("Ask again on"), null=True, blank=True)
    child_missing_reason = line(_("Why the child was not heard"), 60)
    guardian_voice = box(_("What the guardian wishes"), 160)
    guardian_missing_reason = line(_("Why the guardian was not heard"), 60)
    situation = box(_("Situation and needs"), 140)
    strengths = box(_("Strengths and likes"), 100)
    policy = box(_("Line of the support"), 140)
    long_goal = box(_("Long-term goal"), 80)
    long_goal_due = models.DateField(_("Long-term goal until"))
    care_allergy = line(_("Allergies and medicine"), 70)
    care_handover = line(_("Transport and handing over"), 70)
    care_other = line(_("Other care"), 70)
    emergency_contact = line(_("In an emergency"), 70)
    monitoring_on = models.DateField(_("Monitoring on"))
    review_on = models.DateField(_("Next review on"))

    explained_on = models.DateField(_("Explained on"), null=True, blank=True)
    explained_by = line(_("Explained by"), 40)
    guardian_signed_on = models.DateField(
        _("Signed by the guardian on"), null=True, blank=True
    )
    signature_missing_reason = line(_("Why there is no signature"), 60)
    child_signed_on = models.DateField(
        _("Signed by the child on"), null=True, blank=True
    )

    author = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Author"),
    )
    shared_at = models.DateTimeField(_("Shared at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Acknowledged by"),
    )
    acknowledged_at = models.DateTimeField(_("Acknowledged at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("Confirmed at"), null=True, blank=True)

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Support plan")
        verbose_name_plural = _("Support plans")
        permissions = [
            ("confirm_planversion", "Can confirm support plans"),
            ("acknowledge_planversion", "Can acknowledge support plans"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="plan_version_once", fields=["case", "version"]
            ),
            models.UniqueConstraint(
                name="plan_one_being_written",
                fields=["enrolment"],
                condition=Q(state__in=["draft", "shared"]),
                violation_error_message=_("Another version is being written."),
            ),
            models.UniqueConstraint(
                name="plan_one_in_force",
                fields=["case"],
                condition=Q(state="confirmed"),
                violation_error_message=_("Another version is in force."),
            ),
            models.CheckConstraint(
                name="plan_confirmed_whole",
                condition=~Q(state__in=["confirmed", "superseded"])
                | Q(
                    acknowledged_by__isnull=False,
                    acknowledged_at__isnull=False,
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="plan_period_in_order",
                condition=Q(period_to__gt=F("period_from")),
                violation_error_message=_("The period must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}-P{self.version}"

    def save(self, *args, **kwargs) -> None:
        refuse_frozen(self.pk)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("A plan is never deleted."))

    def get_admin_url(self) -> str:
        return reverse("plans:detail", args=[self.pk])

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject

    @property
    def is_frozen(self) -> bool:
        return self.state in self.FROZEN

    @property
    def stage(self) -> str:
        """The state in words; a shared one says whether the city knows it."""
        if self.state == self.State.SHARED and self.acknowledged_at:
            return gettext("Acknowledged by the city")
        return self.get_state_display()


class PlanGoal(models.Model):
    """A short-term goal of a plan version: one to three of them."""

    plan = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="goals"
    )
    order = models.PositiveSmallIntegerField(default=0)
    goal = models.CharField(_("Short-term goal"), max_length=60)
    measure = models.CharField(_("What we do and how"), max_length=80)
    due = models.DateField(_("Until"))

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("Short-term goal")
        verbose_name_plural = _("Short-term goals")

    def __str__(self) -> str:
        return f"{self.plan}-G{self.order}"

    def save(self, *args, **kwargs) -> None:
        refuse_frozen(self.plan_id)
        super().save(*args, **kwargs)


class PlanService(models.Model):
    """What the plan says of one of the services: given and how, or why not."""

    plan = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="services"
    )
    service = models.ForeignKey(
        "programs.ServiceType", on_delete=models.PROTECT, related_name="+"
    )
    is_given = models.BooleanField(_("Given"), default=False)
    content = line(_("What exactly, or why not"), 54)
    frequency = line(_("How often"), 12)
    person = line(_("Person in charge"), 12)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["service__order"]
        verbose_name = _("Service in the plan")
        verbose_name_plural = _("Services in the plan")
        constraints = [
            models.UniqueConstraint(
                name="plan_service_once", fields=["plan", "service"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}-{self.service_id}"

    def save(self, *args, **kwargs) -> None:
        refuse_frozen(self.plan_id)
        super().save(*args, **kwargs)


class Advice(models.Model):
    """What the city says about a plan version that the operator shared (助言)."""

    plan = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="advice"
    )
    text = models.TextField(
        _("Advice"), max_length=1000, validators=[MaxLengthValidator(1000)]
    )
    author = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Author"),
    )
    written_at = models.DateTimeField(_("Written at"), auto_now_add=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Advice")
        verbose_name_plural = _("Advice")

    def __str__(self) -> str:
        return f"{self.plan}-H{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("Advice that was given cannot be changed."))
        super().save(*args, **kwargs)


class PlanPaper(StoredPaper):
    """The two pages of a confirmed version: the bytes as they were made, once."""

    plan = models.OneToOneField(
        PlanVersion, on_delete=models.PROTECT, related_name="paper"
    )

    objects = PlanPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("Paper of a support plan")
        verbose_name_plural = _("Papers of support plans")

    def __str__(self) -> str:
        return f"{self.plan}"

    @property
    def audit_subject(self) -> str:
        return self.plan.audit_subject
