"""Words that come with the portal: once given, editors keep or drop them."""

from collections.abc import Iterable

from django.db import models


class StarterQuerySet(models.QuerySet):
    """What was given to this portal already."""

    def not_given(self, kind: str, keys: Iterable[str]) -> list[str]:
        """Those that were never given; from now on they were."""
        given = set(self.filter(kind=kind).values_list("key", flat=True))
        fresh = [key for key in dict.fromkeys(keys) if key not in given]
        self.bulk_create(self.model(kind=kind, key=key) for key in fresh)
        return fresh


class Starter(models.Model):
    """One word that came with the portal; nobody's name, nothing of a child.

    A word that editors changed or deleted is known by this, and is not given again.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=400)

    objects = StarterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="starter_once", fields=["kind", "key"])
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"
