"""The models of support, by subject."""

from support.models.plan import Advice, PlanGoal, PlanPaper, PlanService, PlanVersion

__all__ = ["Advice", "PlanGoal", "PlanPaper", "PlanService", "PlanVersion"]
