"""Against floods and machines: what is counted, and what is held back for a look."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forms.guard_querysets import HeldSubmissionQuerySet, TallyQuerySet


class Tally(models.Model):
    """How often something happened in its span of time; the key is a digest.

    In the database, so that every process counts together and a restart forgets none.
    """

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    objects = TallyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class HeldSubmission(models.Model):
    """Answers that were received, receipt and all, and wait for a person's look.

    Nothing has been done with them yet. They are released, or set aside as spam; they
    are never lost.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting for a look")
        RELEASED = "released", _("Released")
        SPAM = "spam", _("Set aside as spam")

    REASONS = {
        "trap": _("A box that people do not see was filled in."),
        "quick": _("It was filled in quicker than people do."),
        "many": _("Very many came from the same address."),
        "flood": _("Very many came for this form."),
    }

    submission = models.OneToOneField(
        "portal_forms.Submission", on_delete=models.PROTECT, related_name="held"
    )
    reasons = models.JSONField(default=list)
    held_at = models.DateTimeField(_("Held back at"), auto_now_add=True)
    outcome = models.CharField(
        _("State"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Looked at by"),
    )
    judged_at = models.DateTimeField(_("Looked at"), null=True, blank=True)

    objects = HeldSubmissionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Held back")
        verbose_name_plural = _("Held back")

    def __str__(self) -> str:
        return self.submission.receipt

    def get_admin_url(self) -> str:
        return reverse("held:detail", args=[self.pk])

    @property
    def reasons_in_words(self) -> list[str]:
        return [self.REASONS[code] for code in self.reasons if code in self.REASONS]
