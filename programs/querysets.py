"""What of the programme the public sees, and whose sites are whose."""

from django.db import models


class SiteQuerySet(models.QuerySet):
    """Sites: facts that may be published, so there is no ``visible_to`` here."""

    def public(self) -> "SiteQuerySet":
        return self.filter(is_public=True)

    def run_by(self, user) -> "SiteQuerySet":
        """Sites of the operators for which the user works today."""
        return self.filter(operator__in=user.scope.operator_ids)
