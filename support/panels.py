"""What the page of a case shows of its plans."""

from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.panels import Panel, register
from decisions.models import Enrolment
from support import rules
from support.models import PlanVersion


@register(order=60)
def plans(request: HttpRequest, case: Case) -> Panel | None:
    """Versions that this reader may see, the goals in force, the next review."""
    user = request.user
    if not user.has_perm("support.view_planversion"):
        return None
    visible = (
        PlanVersion.objects.visible_to(user)
        .filter(case=case)
        .select_related("case", "enrolment__site")
        .order_by("-version")
    )
    versions = list(visible)
    in_force = next((plan for plan in versions if plan.state == "confirmed"), None)
    return {
        "title": _("Support plans"),
        "template": "support/case_panel.html",
        "context": {
            "plans": versions,
            "plan_in_force": in_force,
            "plan_goals": list(in_force.goals.all()) if in_force else [],
            "next_review": next_review(in_force) if in_force else None,
        },
        "actions": _actions(user, case, versions),
    }


def next_review(plan: PlanVersion) -> date | None:
    """The day of the next review; none where the use ends before it."""
    last_day = plan.enrolment.last_day
    is_after = last_day is not None and plan.review_on > last_day
    return None if is_after else plan.review_on


def _actions(user, case: Case, versions: list[PlanVersion]) -> list[tuple[str, str]]:
    being_written = {
        plan.enrolment_id for plan in versions if plan.state in PlanVersion.OPEN
    }
    enrolments = Enrolment.objects.visible_to(user).filter(case=case)
    return [
        (_("Write a plan"), f"{reverse('plans:add')}?enrolment={enrolment.pk}")
        for enrolment in enrolments.select_related("site")
        if rules.may_start(enrolment, user) and enrolment.pk not in being_written
    ]
