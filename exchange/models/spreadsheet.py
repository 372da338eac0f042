"""A file that somebody uploaded to be imported, from its preview to its end."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchange.querysets import ImportBatchQuerySet


class ImportBatch(models.Model):
    """One uploaded file: previewed by one person, confirmed by the same, or dropped.

    ``content`` is the file itself and is emptied once the batch is over;
    ``fingerprint`` is the state of the rows that the preview was computed from: a
    change between preview and confirmation is noticed by it.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Checked")
        CONFIRMED = "confirmed", _("Taken in")
        ABANDONED = "abandoned", _("Dropped")

    resource = models.SlugField(_("Kind of rows"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Uploaded by"),
    )
    file_name = models.CharField(_("File"), max_length=200)
    encoding = models.CharField(_("Encoding"), max_length=10, default="auto")
    content = models.BinaryField(default=bytes)
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    counts = models.JSONField(_("Counts"), default=dict)
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.PREVIEWED
    )
    uploaded_at = models.DateTimeField(_("Uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Import")
        verbose_name_plural = _("Imports")

    def __str__(self) -> str:
        return f"I{self.pk}"
