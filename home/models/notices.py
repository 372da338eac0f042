"""The notice above every page: what is urgent now, from when until when."""

import uuid
from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.querysets import NoticeQuerySet
from staff.models import User

TITLE_LENGTH, BODY_LENGTH = 30, 100
is_address = RegexValidator(
    r"^(/(?![/\\])|https://[^\s/@]+(?=/|$))[^\s\\]*$",
    _("Give an address that begins with / or https://."),
)


class Level(models.TextChoices):
    """How loud a notice is."""

    URGENT = "urgent", _("Urgent")
    INFORMATION = "information", _("For information")


class NoticeText(models.Model):
    """The words to start a notice from; ``{site}`` becomes the name of the site."""

    name = models.CharField(_("Name of the text"), max_length=40, unique=True)
    level = models.CharField(
        _("Level"), max_length=20, choices=Level.choices, default=Level.URGENT
    )
    title = models.CharField(
        _("Heading"),
        max_length=TITLE_LENGTH,
        help_text=_("{site} becomes the name of the site. At most 30 characters."),
    )
    body = models.CharField(
        _("Text"), max_length=BODY_LENGTH, blank=True, help_text=_("At most 100.")
    )
    closes_today = models.BooleanField(_("Closes the site today"), default=False)
    reason = models.CharField(
        _("Reason of the closure"),
        max_length=100,
        blank=True,
        help_text=_("It stands in the calendar, such as 台風のため."),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Text of a notice")
        verbose_name_plural = _("Texts of notices")

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One notice; it ends by itself. ``sites`` are its places, none: all of them.

    It is published at once and never edited: it is withdrawn, and another one made.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    level = models.CharField(_("Level"), max_length=20, choices=Level.choices)
    title = models.CharField(_("Heading"), max_length=TITLE_LENGTH)
    body = models.CharField(_("Text"), max_length=BODY_LENGTH, blank=True)
    link_text = models.CharField(_("Words of the link"), max_length=40, blank=True)
    link = models.CharField(
        _("Address of the link"), max_length=200, blank=True, validators=[is_address]
    )
    starts_at = models.DateTimeField(_("Shown from"))
    ends_at = models.DateTimeField(_("Shown until"))
    by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Published by"),
    )
    at = models.DateTimeField(_("Published at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("Withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Withdrawn by"),
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Emergency notice")
        verbose_name_plural = _("Emergency notices")
        constraints = [
            models.CheckConstraint(
                name="notice_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="notice_link_with_its_words",
                condition=Q(link="", link_text="") | ~Q(link="") & ~Q(link_text=""),
                violation_error_message=_("Give the link and its words together."),
            ),
        ]

    def __str__(self) -> str:
        return f"N-{self.pk}"

    def get_admin_url(self) -> str:
        return reverse("notices:detail", args=[self.pk])

    @property
    def is_urgent(self) -> bool:
        return self.level == Level.URGENT

    def state_at(self, at: datetime) -> str:
        """``withdrawn``, ``over``, ``waiting`` or ``shown``."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.ends_at <= at:
            return "over"
        return "waiting" if self.starts_at > at else "shown"

    @property
    def state(self) -> str:
        return self.state_at(timezone.now())

    def state_words(self) -> str:
        """The state for lists."""
        return {
            "withdrawn": _("Withdrawn"),
            "over": _("Over"),
            "waiting": _("Not shown yet"),
            "shown": _("Shown now"),
        }[self.state]
