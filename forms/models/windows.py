"""What staff set for a form between its versions: a new date is no new version."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

RESERVED_LETTERS = ["A", "C", "K", "R", "T", "V"]


class FormWindow(models.Model):
    """From when to when a form is received, and how many; without a row: always, all.

    The row is what two senders queue at for the last place.
    """

    form = models.OneToOneField(
        "portal_forms.FormDefinition", on_delete=models.CASCADE, related_name="window"
    )
    opens_at = models.DateTimeField(_("Open from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("Open until"), null=True, blank=True)
    grace = models.PositiveSmallIntegerField(
        _("Minutes of grace"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_(
            "Whoever has begun before the end may still send for so many minutes."
        ),
    )
    capacity = models.PositiveIntegerField(
        _("Places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leave it empty where there is no limit."),
    )
    counted = models.CharField(
        _("What takes a place"),
        max_length=40,
        blank=True,
        help_text=_(
            "Each sending takes one place, or as many as a number in it says. What was"
            " received before the beginning of the period does not count."
        ),
    )
    before_text = models.TextField(
        _("Message before the beginning"), blank=True, max_length=600
    )
    closed_text = models.TextField(
        _("Message after the end"), blank=True, max_length=600
    )
    full_text = models.TextField(
        _("Message when all places are taken"), blank=True, max_length=600
    )

    class Meta:
        verbose_name = _("Period and places")
        constraints = [
            models.CheckConstraint(
                name="window_closes_after_it_opens",
                condition=models.Q(opens_at=None)
                | models.Q(closes_at=None)
                | models.Q(closes_at__gt=models.F("opens_at")),
                violation_error_message=_("It cannot end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_id}"

    def state_at(self, now, *, with_grace: bool = False) -> str:
        """``open``, ``before`` or ``closed`` at a moment."""
        if self.opens_at and now < self.opens_at:
            return "before"
        grace = timedelta(minutes=self.grace if with_grace else 0)
        if self.closes_at and now >= self.closes_at + grace:
            return "closed"
        return "open"


class FormSettings(models.Model):
    """How a form is received: numbers, mails, guard; without a row as usual."""

    form = models.OneToOneField(
        "portal_forms.FormDefinition", on_delete=models.CASCADE, related_name="conduct"
    )
    receipt_letters = models.CharField(
        _("Letters of the receipt number"),
        max_length=4,
        null=True,
        blank=True,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z]{1,4}\Z", _("Use 1 to 4 capital letters, A to Z."))
        ],
        help_text=_("M gives M8-0001. Left empty, it is R as for other forms."),
        error_messages={"unique": _("Another form has these letters already.")},
    )
    units = models.ManyToManyField(
        "staff.Unit",
        blank=True,
        related_name="+",
        verbose_name=_("Units told by mail"),
        help_text=_("Everybody who works there now. The mail names no answer."),
    )
    notice_text = models.TextField(
        _("Text of the mail to the units"), blank=True, max_length=600
    )
    sender_question = models.CharField(
        _("Question with the sender's mail address"), max_length=40, blank=True
    )
    reply_text = models.TextField(
        _("Text of the mail to the sender"),
        blank=True,
        max_length=600,
        help_text=_("Sent with the receipt number and the day, without any answer."),
    )
    draft_days = models.PositiveSmallIntegerField(
        _("Days a saved draft is kept"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    least_seconds = models.PositiveSmallIntegerField(
        _("Seconds that filling in takes at least"),
        default=3,
        validators=[MaxValueValidator(600)],
        help_text=_("What is sent quicker is received and held back for a look."),
    )
    hourly = models.PositiveSmallIntegerField(
        _("Sendings an hour from one address"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_(
            "What comes on top is received and held back for a look. Schools and groups"
            " that have logged in or were invited are not counted."
        ),
    )

    class Meta:
        verbose_name = _("How the form is received")

    def __str__(self) -> str:
        return f"{self.form_id}"

    def clean(self) -> None:
        self.receipt_letters = self.receipt_letters or None
        if self.receipt_letters in RESERVED_LETTERS:
            raise ValidationError(
                {"receipt_letters": _("These letters stand for other numbers already.")}
            )
