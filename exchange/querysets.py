"""What waits to be sent, and whose uploads are whose."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

LATE = timedelta(minutes=5)


class OutboxQuerySet(models.QuerySet):
    """The outbox holds numbers and keys only; administrators read it."""

    def due(self, now: datetime) -> "OutboxQuerySet":
        """What a worker may take now: not done, not dead, due, under no live lease."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lt=now),
            done_at=None,
            dead_at=None,
            next_at__lte=now,
        ).order_by("next_at", "pk")

    def stuck(self, now: datetime) -> "OutboxQuerySet":
        """What was given up, failed at least once, or is late by five minutes."""
        return self.filter(
            Q(dead_at__isnull=False) | Q(attempts__gt=0) | Q(next_at__lt=now - LATE),
            done_at=None,
        )

    def dead(self) -> "OutboxQuerySet":
        return self.filter(dead_at__isnull=False)


class ImportBatchQuerySet(models.QuerySet):
    """Uploads: private to the person who uploaded them."""

    def visible_to(self, user) -> "ImportBatchQuerySet":
        return self.filter(user=user) if user.is_authenticated else self.none()
