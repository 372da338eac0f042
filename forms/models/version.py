"""What was published: a document that is added and never changed."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from forms.querysets import FormVersionQuerySet


class FormVersion(models.Model):
    """One published state of a form: the document that page, answers and PDF run from.

    ``document`` is what ``forms.compiler`` made of the definition; ``sha256`` is the
    digest of its canonical JSON. ``ends_before``: drafts of versions that lie before a
    breaking change up to that number must follow; their last day was over when this
    version was published. Inserted once; the database refuses to change it.
    """

    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("Form"),
    )
    number = models.PositiveIntegerField(_("Version"))
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    is_breaking = models.BooleanField(_("Breaking change"), default=False)
    ends_before = models.PositiveIntegerField(null=True, editable=False)
    published_at = models.DateTimeField(_("Published at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Published by"),
    )

    objects = FormVersionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-number"]
        verbose_name = _("Form version")
        verbose_name_plural = _("Form versions")
        constraints = [
            models.UniqueConstraint(
                name="form_version_number_once", fields=["form", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_id}-{self.number}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("A published version cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("A published version cannot be changed."))
