"""Who may see a plan: the city as its case, an operator at its own sites only."""

from django.db import models

from cases.querysets import CaseRecordQuerySet
from decisions.models import Enrolment


class PlanVersionQuerySet(CaseRecordQuerySet):
    """Plan versions. Own site **and** an enrolment; a draft stays with its writers."""

    def visible_to(self, user) -> "PlanVersionQuerySet":
        """Operators: versions under their own enrolments. City: those shared with it.

        The city does not read drafts of the operator, and one operator never reads the
        versions that another wrote for the same child.
        """
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        if user.scope.has("case_worker", "programme_manager", "centre_head"):
            return rows.exclude(state=self.model.State.DRAFT)
        return rows.filter(enrolment__in=Enrolment.objects.visible_to(user))


class PlanPartQuerySet(models.QuerySet):
    """Goals, services and advice: as their plan version is."""

    def visible_to(self, user) -> "PlanPartQuerySet":
        plans = self.model._meta.get_field("plan").related_model.objects
        return self.filter(plan__in=plans.visible_to(user))


class PlanPaperQuerySet(PlanPartQuerySet):
    """Stored papers: as their plan version is."""
