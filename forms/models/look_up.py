"""Wrong guesses at the look-up, counted where every process sees them."""

from django.db import models
from django.utils import timezone

from forms.querysets import FailedLookUpQuerySet


class FailedLookUp(models.Model):
    """One wrong guess: a digest of the address it came from, or of the number tried.

    Neither can be read out of it. Rows are forgotten after the window they count in.
    """

    of = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = FailedLookUpQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(fields=["of", "at"], name="failed_look_up_of")]

    def __str__(self) -> str:
        return f"{self.pk}"
