"""Things to do outside the request: written with the fact, done by the worker."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.handlers import label_of
from exchange.querysets import OutboxQuerySet
from exchange.reasons import in_words


class OutboxItem(models.Model):
    """One thing to do, written in the transaction of the fact that calls for it.

    The worker takes it under a lease and calls the handler registered for ``channel``
    with ``payload``: at least once, so handlers are idempotent. ``payload`` holds
    numbers and keys, never a name or an answer; ``last_error`` holds the class and the
    place of an exception, never its text.
    """

    channel = models.SlugField(_("Channel"), max_length=40, db_index=False)
    key = models.CharField(_("Key"), max_length=120, unique=True)
    payload = models.JSONField(_("Payload"), default=dict)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    next_at = models.DateTimeField(_("Next attempt"), default=timezone.now)
    leased_until = models.DateTimeField(_("Leased until"), null=True, blank=True)
    lease = models.CharField(max_length=40, blank=True)
    last_error = models.CharField(_("Last error"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("Done at"), null=True, blank=True)
    dead_at = models.DateTimeField(_("Given up at"), null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Thing to send")
        verbose_name_plural = _("Things to send")
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="outbox_waiting",
                condition=Q(done_at=None, dead_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    @property
    def label(self) -> str:
        return label_of(self.channel)

    @property
    def reason(self) -> str:
        return in_words(self.last_error)


class WorkerBeat(models.Model):
    """When a worker was last alive: one row for each worker."""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    SILENCE = timedelta(seconds=60)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def is_silent(cls) -> bool:
        """Whether no worker has shown a sign of life lately."""
        since = timezone.now() - cls.SILENCE
        return not cls.objects.filter(at__gte=since).exists()
