"""A large file of answers: asked for by one person, made by the worker, kept a day."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.storage import PrivateStorage
from forms.querysets import AnswerExportQuerySet

kept_exports = PrivateStorage("exports")


class AnswerExport(models.Model):
    """One file, from the asking to the sweeping.

    ``keys`` are the submissions that were asked for, and later those in the file;
    ``wish`` says how (format, table, reason, filter). Both are emptied with the file.
    A worker holds it under ``lease``, renewed with every step forward: who has lost it
    may not say that it is ready. Whoever deletes the row deletes the file.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be made")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready to be saved")
        FAILED = "failed", _("Could not be made")
        OVER = "over", _("No longer kept")

    class Problem(models.TextChoices):
        NO_ROOM = "no_room", _("There is no room left on the disk of the portal.")
        STOPPED = "stopped", _("The work was broken off several times.")
        BROKEN = "broken", _("An error of the portal came in between.")
        NO_RIGHT = "no_right", _("The right to export these answers has ended.")
        CLEARED = "cleared", _("Answers of this form were cleared in the meantime.")

    UNDER_WAY = (State.WAITING, State.RUNNING)
    FINAL = (Problem.CLEARED, Problem.NO_RIGHT)

    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.CASCADE,
        related_name="exports",
        verbose_name=_("Form"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Asked for by"),
    )
    asked_at = models.DateTimeField(_("Asked for at"), auto_now_add=True)
    wish = models.JSONField(default=dict)
    keys = models.JSONField(default=list)
    count = models.PositiveIntegerField(_("Rows"))
    done = models.PositiveIntegerField(default=0)
    state = models.CharField(
        _("State"), max_length=10, choices=State.choices, default=State.WAITING
    )
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)
    error = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    stored_as = models.CharField(max_length=60, blank=True, editable=False)
    name = models.CharField(max_length=150, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    losses = models.JSONField(default=list)
    taken_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("Kept until"), null=True, blank=True)

    objects = AnswerExportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Export of answers")
        verbose_name_plural = _("Exports of answers")
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="answer_export_waiting",
                condition=Q(state__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"X{self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def can_be_tried_again(self) -> bool:
        return self.state == self.State.FAILED and self.problem not in self.FINAL

    @property
    def percent(self) -> int:
        return 100 * self.done // max(1, self.count)

    def get_admin_url(self) -> str:
        return reverse("answer-exports:detail", args=[self.pk])


@receiver(models.signals.post_delete, sender=AnswerExport)
def remove_file(instance: AnswerExport, using: str, **kwargs) -> None:
    if name := instance.stored_as:
        transaction.on_commit(lambda: kept_exports.delete(name), using=using)
