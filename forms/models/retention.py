"""How long answers stay: what holds them back, and the proof that they went."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forms.querysets import OfSubmissionQuerySet, RetentionRunQuerySet

THINNED = "thin"
THINNED_LABEL = _("Cleared the short-lived answers")


class LegalHold(models.Model):
    """Answers that must stay whatever the form says: why, on whose word, until when.

    Without a day it holds until somebody lifts it. Lifted holds stay as a record.
    """

    submission = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.CharField(_("Reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField(_("Held since"), auto_now_add=True)
    until = models.DateField(_("Held until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("Lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = OfSubmissionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Hold on retention")
        verbose_name_plural = _("Holds on retention")

    def __str__(self) -> str:
        return f"{self.submission_id}-{self.pk}"

    @property
    def is_in_force(self) -> bool:
        is_over = self.until is not None and self.until < timezone.localdate()
        return self.lifted_at is None and not is_over


class RetentionRun(models.Model):
    """The proof of one run over one form: what was cleared, how much, by whom.

    ``digests`` are the digests of the receipt numbers: whoever knows a number can check
    that it was among them, and nobody can read the numbers out of it. Added only.
    """

    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="retention_runs",
        verbose_name=_("Form"),
    )
    at = models.DateTimeField(_("Run at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Run by"),
    )
    act = models.CharField(_("What was done"), max_length=20)
    days = models.PositiveIntegerField(_("Days kept"))
    received_before = models.DateTimeField(_("Received before"))
    is_dry = models.BooleanField(_("Trial run"), default=False)
    counts = models.JSONField(_("Counts"), default=dict)
    digests = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)

    objects = RetentionRunQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Record of retention")
        verbose_name_plural = _("Records of retention")

    def __str__(self) -> str:
        return f"T{self.pk}"

    @property
    def act_in_words(self) -> str:
        """What the run did; a trial run did nothing."""
        if self.is_dry:
            return str(_("Trial run (nothing was cleared)"))
        acts = dict(self.form.RetentionAct.choices) | {THINNED: THINNED_LABEL}
        return str(acts.get(self.act, self.act))

    def get_admin_url(self) -> str:
        return reverse("retention:detail", args=[self.pk])
