"""Who holds which post on which day; who may read the audit."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone


class MembershipQuerySet(models.QuerySet):
    """Memberships, by day."""

    def in_force(self, on: date | None = None) -> "MembershipQuerySet":
        """Those valid *on* a day (today in Japan); an operator's end with its contract.

        A membership whose operator's contract is over opens nothing, whatever its own
        dates say.
        """
        on = on or timezone.localdate()
        contract = Q(operator=None) | (
            Q(operator__contract_from__lte=on)
            & (Q(operator__contract_to=None) | Q(operator__contract_to__gte=on))
        )
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), contract, valid_from__lte=on
        )

    def of_the_city(self) -> "MembershipQuerySet":
        """The posts of the city itself, not those of operators, schools and groups."""
        return self.exclude(
            role__in=[*self.model.OPERATOR_ROLES, *self.model.PARTNER_ROLES]
        )


class DelegationQuerySet(models.QuerySet):
    """Delegations, by day."""

    def in_force(self, on: date | None = None) -> "DelegationQuerySet":
        """Those whose days include one day (today in Japan), both ends too."""
        on = on or timezone.localdate()
        return self.filter(valid_from__lte=on, valid_to__gte=on)


class AuditEventQuerySet(models.QuerySet):
    """The audit, for those whose office is to read it."""

    def visible_to(self, user) -> "AuditEventQuerySet":
        """Everything to auditors and the head of the centre; nothing to anyone else."""
        if user.is_authenticated and user.scope.has("auditor", "centre_head"):
            return self
        return self.none()

    def about(self, number: str) -> "AuditEventQuerySet":
        """Events of a child or of a record, by its number.

        A referral carries no child before it becomes a case. What happened to it until
        then is found by the records that later carried the child's number.
        """
        records = self.model.objects.filter(subject=number).exclude(record="")
        return self.filter(
            Q(subject=number)
            | Q(record=number)
            | Q(subject="", record__in=records.values("record"))
        )
