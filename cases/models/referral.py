"""A worry that reached the city, before and until it becomes a case."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.querysets import ReferralQuerySet
from staff.models.indexes import filled_only


class Referral(models.Model):
    """A referral by a school or a group, or one that staff typed in for a caller.

    Its answers live in the submission and never change. ``unit`` is in charge of it;
    once the child is known to be on the council's list (要対協) it is restricted to the
    unit that protects those children. Read it through ``visible_to(user)``.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        TRIAGED = "triaged", _("List checked")
        HEARING = "hearing", _("Hearing")
        ACCEPTED = "accepted", _("Accepted as a case")
        REDIRECTED = "redirected", _("Led to other help")
        DUPLICATE = "duplicate", _("Duplicate")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN_STATES = [State.RECEIVED, State.TRIAGED, State.HEARING]

    # What may be done next, and from which states. The check of the list comes first:
    # nobody is led elsewhere, and no case opens, before it is known who must care.
    ACTS = {
        "triage": OPEN_STATES,
        "hearing": [State.TRIAGED, State.HEARING],
        "accept": [State.HEARING],
        "redirect": [State.TRIAGED, State.HEARING],
        "duplicate": OPEN_STATES,
        "withdraw": OPEN_STATES,
        "urgency": OPEN_STATES,
    }

    class Urgency(models.TextChoices):
        NOW = "now", _("Right now")
        THIS_WEEK = "this_week", _("Within this week")
        NORMAL = "normal", _("Normal")

    class CouncilCheck(models.TextChoices):
        NOT_YET = "not_yet", _("Not checked yet")
        LISTED = "listed", _("On the list")
        NOT_LISTED = "not_listed", _("Not on the list")

    number = models.CharField(
        _("Receipt number"), max_length=20, unique=True, editable=False
    )
    submission = models.OneToOneField(
        "portal_forms.Submission",
        on_delete=models.PROTECT,
        related_name="referral",
        verbose_name=_("Submission"),
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("School or group"),
        db_index=False,
    )
    urgency = models.CharField(
        _("Urgency"), max_length=20, choices=Urgency.choices, default=Urgency.NORMAL
    )
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.RECEIVED
    )
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        related_name="referrals",
        verbose_name=_("Unit in charge"),
    )
    is_restricted = models.BooleanField(_("Restricted"), default=False)
    council_check = models.CharField(
        _("Check of the council's list"),
        max_length=20,
        choices=CouncilCheck.choices,
        default=CouncilCheck.NOT_YET,
    )
    council_checked_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Checked by"),
        db_index=False,
    )
    council_checked_at = models.DateTimeField(_("Checked at"), null=True, blank=True)
    council_note = models.TextField(_("Note on the check"), blank=True, max_length=1000)
    case = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("Case"),
        db_index=False,
    )
    closing_note = models.TextField(_("How it ended"), blank=True, max_length=1000)
    closed_by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Closed by"),
        db_index=False,
    )
    closed_at = models.DateTimeField(_("Closed at"), null=True, blank=True)
    received_at = models.DateTimeField(_("Received at"), db_index=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("Referral")
        verbose_name_plural = _("Referrals")
        indexes = [
            filled_only("partner", "referral_partner"),
            filled_only("council_checked_by", "referral_checked_by"),
            filled_only("case", "referral_case"),
            filled_only("closed_by", "referral_closed_by"),
        ]
        permissions = [("export_referral", "Can export referrals")]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_subject(self) -> str:
        return self.case.child.number if self.case_id else ""

    def may(self, act: str) -> bool:
        """Whether *act* is one of the next steps from the state this row is in."""
        if act == "triage" and self.council_check == self.CouncilCheck.LISTED:
            # Taken back only while nothing was written down in confidence.
            return self.state == self.State.TRIAGED
        return self.state in self.ACTS[act]

    def get_admin_url(self) -> str:
        return reverse("referrals:detail", args=[self.pk])
