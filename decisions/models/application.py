"""The application for use, and the question whether a site can take the child."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from decisions.querysets import CityRecordQuerySet


class UseApplication(models.Model):
    """A guardian's application to use the programme, as it reached the city."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(
        _("Application number"), max_length=20, unique=True, editable=False
    )
    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name=_("Case"),
    )
    received_on = models.DateField(_("Received on"), default=timezone.localdate)
    applicant = models.CharField(_("Applicant"), max_length=100)
    relation = models.CharField(_("Relation to the child"), max_length=20)
    site = models.ForeignKey(
        "programs.Site",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Site wished for"),
    )
    wished_days = models.CharField(_("Days wished for"), max_length=100)
    reason = models.TextField(_("Why the family wishes to use it"), max_length=1000)
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.RECEIVED
    )
    withdrawal_reason = models.TextField(
        _("Why it was withdrawn"), blank=True, max_length=1000
    )
    recorded_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Recorded by"),
    )

    objects = CityRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Application for use")
        verbose_name_plural = _("Applications for use")

    def __str__(self) -> str:
        return self.number

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject

    def get_admin_url(self) -> str:
        return reverse("applications:detail", args=[self.pk])


class PlacementInquiry(models.Model):
    """The city asks a site whether it can take the child (事業者調整)."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Waiting for the answer")
        ACCEPTED = "accepted", _("Can take the child")
        LATER = "later", _("Can take the child later")
        REFUSED = "refused", _("Cannot take the child")

    application = models.ForeignKey(
        UseApplication, on_delete=models.PROTECT, related_name="inquiries"
    )
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="inquiries"
    )
    site = models.ForeignKey(
        "programs.Site",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Site"),
    )
    asked_on = models.DateField(
        pgettext_lazy("inquiry", "Asked on"), default=timezone.localdate
    )
    answer = models.CharField(
        _("Answer"), max_length=20, choices=Answer.choices, default=Answer.WAITING
    )
    note = models.CharField(_("Note"), max_length=200, blank=True)
    author = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")

    objects = CityRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Inquiry at a site")
        verbose_name_plural = _("Inquiries at sites")

    def __str__(self) -> str:
        return f"{self.application}-{self.pk}"
