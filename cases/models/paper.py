"""Received answers that staff attached to a case, where they did not open it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.querysets import CasePaperQuerySet


class CasePaper(models.Model):
    """A submission that belongs to the file of a case. It is the city's alone."""

    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="papers",
        verbose_name=_("Case"),
    )
    submission = models.OneToOneField(
        "portal_forms.Submission",
        on_delete=models.PROTECT,
        related_name="case_paper",
        verbose_name=_("Submission"),
    )
    attached_by = models.ForeignKey(
        "staff.User", on_delete=models.PROTECT, related_name="+"
    )
    attached_at = models.DateTimeField(default=timezone.now)

    objects = CasePaperQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Paper of a case")
        verbose_name_plural = _("Papers of a case")

    def __str__(self) -> str:
        return f"{self.submission}"

    @property
    def audit_subject(self) -> str:
        return self.case.child.number
