"""What of the programme the public sees, and whose sites are whose."""

from django.db import models


class SiteQuerySet(models.QuerySet):
    """Sites: facts that may be published, so there is no ``visible_to`` here."""

    def public(self) -> "SiteQuerySet":
        return self.filter(is_public=True)

    def with_parent(self) -> "SiteQuerySet":
        """With the main site read along, which a satellite's hours may need."""
        return self.select_related("parent")

    def run_by(self, user) -> "SiteQuerySet":
        """Sites of the operators for which the user works today."""
        return self.filter(operator__in=user.scope.operator_ids)


class ServiceTypeQuerySet(models.QuerySet):
    """The services of the contract."""

    def public(self) -> "ServiceTypeQuerySet":
        return self.filter(is_public=True)


def of_public_sites(rows: models.QuerySet) -> models.QuerySet:
    """Of rows that belong to a site those whose site the public may know."""
    return rows.filter(site__is_public=True)
