"""Who may see what was decided. Papers of decisions are the city's."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.querysets import CaseRecordQuerySet
from programs.models import Site


class CityRecordQuerySet(CaseRecordQuerySet):
    """Applications, inquiries and decisions: to the city, as their case is."""

    def visible_to(self, user) -> "CityRecordQuerySet":
        """As the case, for the city alone; operators read the result as enrolment."""
        return self.city_only(user)


class NoticeQuerySet(models.QuerySet):
    """Stored notices: as their decision is."""

    def visible_to(self, user) -> "NoticeQuerySet":
        decisions = self.model._meta.get_field("decision").related_model.objects
        return self.filter(decision__in=decisions.visible_to(user))


class EnrolmentQuerySet(CaseRecordQuerySet):
    """Enrolments: as their case, and to an operator only at its own sites."""

    def visible_to(self, user) -> "EnrolmentQuerySet":
        rows = super().visible_to(user)
        if user.is_authenticated and not user.scope.has(
            "case_worker", "programme_manager", "centre_head"
        ):
            rows = rows.filter(site__in=Site.objects.run_by(user))
            rows = rows.exclude(ends_on=F("starts_on"))
        return rows

    def in_force(self, on=None) -> "EnrolmentQuerySet":
        """Those whose period includes the day (today in Japan)."""
        on = on or timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
