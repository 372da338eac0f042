"""A decision: drafted by one, approved by another, frozen from then on."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from decisions.querysets import CityRecordQuerySet, NoticeQuerySet
from exchange.models.paper import StoredPaper


class Decision(models.Model):
    """What the city decided about one case (決裁).

    ``revision`` counts the edits of the draft; approval names the revision that was
    shown and fails on another. On approval the decision takes its number of the fiscal
    year and its ``snapshot``: the facts it rests on, with their digest. After that
    neither this class nor the database lets it change. To undo it, decide again.
    """

    class Kind(models.TextChoices):
        USE = "use", pgettext_lazy("decision", "Use")
        NOT_USE = "not_use", _("No use")
        RECOMMEND = "recommend", _("Recommendation")
        MEASURE = "measure", pgettext_lazy("decision", "Measure")
        END = "end", _("End of use")

    class EndReason(models.TextChoices):
        GOAL = "goal", _("The goals were reached")
        GRADUATION = "graduation", _("Graduation or age")
        MOVED = "moved", _("Moved away")
        DECLINED = "declined", _("The family declines")
        OTHER_SERVICE = "other_service", _("Goes on to another service")
        PROTECTED = "protected", _("Temporary custody or placement")
        ABSENT = "absent", _("Not used for a long time")
        CANCELLED = "cancelled", _("Cancelled by the city")
        DEATH = "death", _("Death")
        OTHER = "other", _("Other")

    BY_HEAD = [Kind.RECOMMEND, Kind.MEASURE]
    STARTS_USE = [Kind.USE, Kind.MEASURE]

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("decision", "Draft")
        CIRCULATED = "circulated", _("Waiting for approval")
        RETURNED = "returned", _("Sent back")
        APPROVED = "approved", pgettext_lazy("decision", "Approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    EDITABLE = [State.DRAFT, State.RETURNED]

    number = models.CharField(  # noqa: DJ001  drafts have none, and it is unique
        _("Document number"), max_length=20, unique=True, null=True, editable=False
    )
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices)
    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("Case"),
    )
    application = models.ForeignKey(
        "decisions.UseApplication",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("Application for use"),
    )
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("Changes the decision"),
    )
    site = models.ForeignKey(
        "programs.Site",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Site"),
    )
    starts_on = models.DateField(_("First day of use"), null=True, blank=True)
    ends_on = models.DateField(_("Last day of use"), null=True, blank=True)
    days = models.CharField(_("Days and hours of use"), max_length=100, blank=True)
    services = models.ManyToManyField(
        "programs.ServiceType", blank=True, verbose_name=_("Kinds of support")
    )
    fee = models.CharField(_("What the family pays"), max_length=100, blank=True)
    conditions = models.CharField(_("Conditions"), max_length=200, blank=True)
    addressee = models.CharField(_("Addressee"), max_length=100)
    reason = models.TextField(_("Reason"), max_length=1000)
    elsewhere = models.CharField(
        _("Where the family can turn to"), max_length=200, blank=True
    )
    end_reason = models.CharField(
        _("Why the use ends"), max_length=20, choices=EndReason.choices, blank=True
    )
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.DRAFT
    )
    revision = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Drafted by"),
    )
    drafted_at = models.DateTimeField(_("Drafted at"), auto_now_add=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Last edited by"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Decided by"),
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_on = models.DateField(_("Date of the decision"), null=True, blank=True)
    return_reason = models.TextField(
        _("Why it was sent back"), blank=True, max_length=1000
    )
    snapshot = models.JSONField(null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = CityRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Decision")
        verbose_name_plural = _("Decisions")
        permissions = [
            ("propose_measure", "Can draft recommendations and measures"),
            ("approve_use", "Can approve decisions on use"),
            ("approve_measure", "Can approve recommendations and measures"),
        ]
        constraints = [
            models.CheckConstraint(
                name="decision_period_in_order",
                condition=Q(ends_on=None)
                | Q(starts_on=None)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=pgettext_lazy(
                    "decision", "It cannot end before it begins."
                ),
            ),
            models.CheckConstraint(
                name="decision_approved_whole",
                condition=~Q(state="approved")
                | Q(
                    number__isnull=False,
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                    snapshot__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="decision_two_people",
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("drafted_by")) & ~Q(decided_by=F("edited_by"))),
                violation_error_message=_("Nobody approves what they drafted."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.case}-D{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if (
            self.pk
            and Decision.objects.filter(pk=self.pk, state=self.State.APPROVED).exists()
        ):
            raise ValidationError(_("An approved decision cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("A decision cannot be deleted. Withdraw the draft."))

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject

    @property
    def is_by_head(self) -> bool:
        return self.kind in self.BY_HEAD

    @property
    def starts_use(self) -> bool:
        return self.kind in self.STARTS_USE

    def get_admin_url(self) -> str:
        return reverse("decisions:detail", args=[self.pk])


class Notice(StoredPaper):
    """The paper that tells a decision: the bytes as they were made, once."""

    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="notice"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("decision", "Notice")
        verbose_name_plural = pgettext_lazy("decision", "Notices")

    def __str__(self) -> str:
        return f"{self.decision}"

    @property
    def audit_subject(self) -> str:
        return self.decision.audit_subject
