"""The case: one child's time with the programme. It is the unit of access."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.facts import facts_of
from cases.querysets import CaseQuerySet


class Case(models.Model):
    """One child's time with the programme, from acceptance to its end.

    A restricted case is private to its own unit and the head of the centre. Always read
    cases through ``Case.objects.visible_to(user)``. The state follows from decisions.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("Preparing")
        IN_USE = "in_use", _("In use")
        SUSPENDED = "suspended", _("Suspended")
        ENDED = "ended", _("Ended")
        CLOSED_WITHOUT_USE = "closed_without_use", _("Closed without use")

    OVER = [State.ENDED, State.CLOSED_WITHOUT_USE]

    number = models.CharField(
        _("Case number"), max_length=16, unique=True, editable=False
    )
    child = models.ForeignKey(
        "cases.Child",
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("Child"),
    )
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("Unit in charge"),
    )
    worker = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Case worker"),
    )
    state = models.CharField(
        _("State"), max_length=20, choices=State.choices, default=State.PREPARING
    )
    is_restricted = models.BooleanField(
        _("Restricted"),
        default=False,
        help_text=_("Only its own unit may open a restricted case."),
    )
    opened_on = models.DateField(_("Opened on"), default=timezone.localdate)
    ended_on = models.DateField(_("Ended on"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("Case")
        verbose_name_plural = _("Cases")
        constraints = [
            models.UniqueConstraint(
                name="case_one_open_per_child",
                fields=["child"],
                condition=~Q(state__in=["ended", "closed_without_use"]),
                violation_error_message=_("This child already has an open case."),
            ),
            models.CheckConstraint(
                name="case_ended_on_or_after_opening",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("opened_on")),
                violation_error_message=_("A case cannot end before it opens."),
            ),
        ]

    def __str__(self) -> str:
        # Wagtail copies this text into the site history, which is not record-level.
        return self.number

    @property
    def audit_subject(self) -> str:
        return self.child.number

    def facts_for(self, user) -> dict[str, Any]:
        """What this reader may know of the case; nothing else goes on a page."""
        return facts_of(self, user)

    def get_admin_url(self) -> str:
        return reverse("cases:detail", args=[self.pk])
