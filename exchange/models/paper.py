"""A paper that was given out: the bytes as they were made, once."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredPaper(models.Model):
    """The stored PDF of something that cannot change any more, with its digest.

    It is served as it is and never rendered again; the tables are append-only.
    """

    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("A stored paper cannot be changed."))
        self.sha256 = hashlib.sha256(self.pdf).hexdigest()
        super().save(*args, **kwargs)
