"""Keys with which a school's or group's own program sends forms."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forms.guard_querysets import PartnerKeyQuerySet


class PartnerKey(models.Model):
    """One key of one partner. Only its digest is kept; it is shown once, when made.

    ``prefix`` is the part that people may see: it tells keys apart in lists and logs.
    """

    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("School or group"),
    )
    purpose = models.CharField(
        _("Used by"),
        max_length=100,
        help_text=_("The program that sends with this key, and who looks after it."),
    )
    prefix = models.CharField(_("Beginning of the key"), max_length=12, unique=True)
    key_hash = models.CharField(max_length=64)
    expires_on = models.DateField(_("Last day"))
    made_at = models.DateTimeField(_("Made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Made by"),
    )
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    objects = PartnerKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Key for sending forms")
        verbose_name_plural = _("Keys for sending forms")
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.prefix

    @property
    def is_in_force(self) -> bool:
        return (
            self.revoked_at is None
            and self.expires_on >= timezone.localdate()
            and self.partner.is_active
        )
