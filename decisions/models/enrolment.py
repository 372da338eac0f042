"""A child's time at a site. It exists because a decision says so."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from decisions.querysets import EnrolmentQuerySet


class Enrolment(models.Model):
    """From ``starts_on`` until before ``ends_on`` (None: no end is known) at one site.

    Made and ended by approved decisions alone; the database asks for the decision, too.
    """

    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name=_("Case"),
    )
    site = models.ForeignKey(
        "programs.Site",
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name=_("Site"),
    )
    decision = models.OneToOneField(
        "decisions.Decision", on_delete=models.PROTECT, related_name="enrolment"
    )
    ended_by = models.OneToOneField(
        "decisions.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_enrolment",
    )
    starts_on = models.DateField(pgettext_lazy("enrolment", "From"))
    ends_on = models.DateField(_("Until before"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("Enrolment")
        verbose_name_plural = _("Enrolments")
        constraints = [
            models.CheckConstraint(
                name="enrolment_period_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}-E{self.pk}"

    @property
    def audit_subject(self) -> str:
        return self.case.audit_subject

    @property
    def last_day(self) -> date | None:
        """The last day of use; None where no end is known."""
        return self.ends_on and self.ends_on - timedelta(days=1)

    @property
    def is_empty(self) -> bool:
        """Whether it was ended before its first day: the child never came."""
        return self.ends_on is not None and self.ends_on <= self.starts_on
