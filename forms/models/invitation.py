"""A link that lets somebody fill in one form, so many times, until a day."""

from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forms.querysets import InvitationQuerySet


class Invitation(models.Model):
    """Whoever holds the link may send the form; the link itself is stored nowhere.

    ``reference`` is the city's own number of the child or the case: it is never shown
    to whoever opens the link.
    """

    number = models.CharField(_("Number"), max_length=20, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    form = models.ForeignKey(
        "portal_forms.FormDefinition",
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("Form"),
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("School or group"),
        help_text=_("Leave it empty for a family or another person."),
    )
    reference = models.CharField(
        _("Number of the child or the case"),
        max_length=40,
        blank=True,
        help_text=_("A number only, never a name. The invited person does not see it."),
    )
    max_uses = models.PositiveSmallIntegerField(
        _("How many times it can be sent"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    expires_at = models.DateTimeField(_("Can be used until"))
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Unit in charge"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Invited by"),
    )
    created_at = models.DateTimeField(_("Made at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Invitation")
        verbose_name_plural = _("Invitations")

    def __str__(self) -> str:
        return self.number

    @property
    def last_day(self) -> date:
        """The day until whose end it can be used, as it was typed."""
        return timezone.localdate(self.expires_at - timedelta(seconds=1))

    def get_admin_url(self) -> str:
        return reverse("invitations:detail", args=[self.pk])

    @property
    def used(self) -> int:
        """How many times it has been sent."""
        known = self.__dict__.get("uses")
        return self.submissions.count() if known is None else known

    @property
    def state(self) -> str:
        """``open``, ``revoked``, ``used`` or ``over``."""
        if self.revoked_at:
            return "revoked"
        if self.used >= self.max_uses:
            return "used"
        return "over" if timezone.now() >= self.expires_at else "open"

    @property
    def state_in_words(self):
        return {
            "open": _("Can be used"),
            "revoked": _("Revoked by the city"),
            "used": _("Used up"),
            "over": _("Its day is over"),
        }[self.state]
