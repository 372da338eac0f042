"""People, and what their dated memberships let them do today."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from staff.querysets import DelegationQuerySet, MembershipQuerySet


@dataclass(frozen=True)
class Scope:
    """What a person's memberships amount to on one day: roles, and their bodies."""

    roles: frozenset[str]
    lead_roles: frozenset[str]
    unit_ids: frozenset[int]
    operator_ids: frozenset[int]
    partner_ids: frozenset[int]

    def has(self, *roles: str) -> bool:
        """Whether any of *roles* is held today."""
        return not self.roles.isdisjoint(roles)


class User(AbstractUser):
    """Somebody who logs in. What they may do hangs on current memberships alone.

    Neither ``is_superuser`` nor a group opens case data to anyone.
    """

    full_name = models.CharField(_("Full name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def scope(self) -> Scope:
        """Roles and bodies in force today; read once a request, one query."""
        rows = list(self.memberships.in_force()) if self.is_active and self.pk else []
        return Scope(
            roles=frozenset(row.role for row in rows),
            lead_roles=frozenset(row.role for row in rows if row.is_lead),
            unit_ids=frozenset(row.unit_id for row in rows if row.unit_id),
            operator_ids=frozenset(row.operator_id for row in rows if row.operator_id),
            partner_ids=frozenset(row.partner_id for row in rows if row.partner_id),
        )

    @cached_property
    def partner(self):
        """The school or group this person writes for, or None."""
        row = (
            self.memberships.in_force()
            .filter(role=Membership.Role.SUBMITTER, partner__is_active=True)
            .select_related("partner")
            .first()
        )
        return row.partner if row else None


class Membership(models.Model):
    """One person's post, from one day to another, in exactly one body or in none."""

    class Role(models.TextChoices):
        CASE_WORKER = "case_worker", _("Case worker")
        PROGRAMME_MANAGER = "programme_manager", _("Programme manager")
        CENTRE_HEAD = "centre_head", _("Head of the centre")
        OPERATOR_MANAGER = "operator_manager", _("Manager at the operator")
        OPERATOR_STAFF = "operator_staff", _("Worker at the operator")
        SUBMITTER = "submitter", _("Submitter at a school or group")
        WEB_EDITOR = "web_editor", _("Web editor")
        FORM_EDITOR = "form_editor", _("Form editor")
        AUDITOR = "auditor", _("Auditor")
        SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")

    UNIT_ROLES = [Role.CASE_WORKER, Role.PROGRAMME_MANAGER, Role.CENTRE_HEAD]
    OPERATOR_ROLES = [Role.OPERATOR_MANAGER, Role.OPERATOR_STAFF]
    PARTNER_ROLES = [Role.SUBMITTER]

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("User"),
    )
    role = models.CharField(_("Role"), max_length=30, choices=Role.choices)
    unit = models.ForeignKey(
        "staff.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("Unit"),
    )
    operator = models.ForeignKey(
        "staff.Operator",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("Operator"),
    )
    partner = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("School or group"),
    )
    is_lead = models.BooleanField(_("Leads the unit"), default=False)
    valid_from = models.DateField(_("Valid from"), default=timezone.localdate)
    valid_to = models.DateField(
        _("Valid until"), null=True, blank=True, help_text=_("The last day in force.")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "valid_from"]
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_ends_on_or_after_its_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def clean(self) -> None:
        wanted = {
            "unit": self.role in self.UNIT_ROLES,
            "operator": self.role in self.OPERATOR_ROLES,
            "partner": self.role in self.PARTNER_ROLES,
        }
        for body, is_wanted in wanted.items():
            if is_wanted != bool(getattr(self, f"{body}_id")):
                message = (
                    _("Choose one for this role.")
                    if is_wanted
                    else _("Leave this empty for this role.")
                )
                raise ValidationError({body: message})

    def audit_detail(self) -> dict[str, object]:
        """What the audit keeps of a change: whose post, which one, until when."""
        return {
            "user": self.user_id,
            "role": self.role,
            "unit": self.unit_id,
            "operator": self.operator_id,
            "partner": self.partner_id,
            "valid_from": str(self.valid_from),
            "valid_to": str(self.valid_to or ""),
        }


class Delegation(models.Model):
    """Who approves pages in somebody's place (代理), and from when to when.

    The deputy gets no post by it, and sees no file more than before.
    """

    principal = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="delegations_given",
        verbose_name=_("On behalf of"),
    )
    delegate = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="delegations_held",
        verbose_name=_("Delegate"),
    )
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid until"), help_text=_("The last day in force."))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("Delegation")
        verbose_name_plural = _("Delegations")

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"

    def clean(self) -> None:
        """Two people of the city, and a time that ends."""
        if self.principal_id and self.principal_id == self.delegate_id:
            raise ValidationError({"delegate": _("Choose another person.")})
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("It cannot end before it begins.")})
        for name in ("principal", "delegate"):
            user = getattr(self, name, None)
            if user and not user.memberships.in_force().of_the_city().exists():
                raise ValidationError(
                    {name: _("Choose somebody who has a post at the city today.")}
                )

    def audit_detail(self) -> dict[str, object]:
        """What the audit keeps of a change: who, for whom, until when."""
        return {
            "principal": self.principal_id,
            "delegate": self.delegate_id,
            "valid_from": str(self.valid_from),
            "valid_to": str(self.valid_to),
        }
