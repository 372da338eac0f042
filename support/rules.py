"""Who may do what with a plan version now, and what it still lacks. Pure questions."""

from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.models import Enrolment
from programs.models import ServiceType
from staff.dates import wareki
from staff.models import User
from support.models import PlanVersion

MAX_GOALS = 3
TEXTS = ["situation", "strengths", "policy", "long_goal"]
CARE = ["care_allergy", "care_handover", "care_other", "emergency_contact"]

Lacking = dict[str, list[str]]


def may_start(enrolment: Enrolment, user: User) -> bool:
    """Whether the user writes plans at the site of an enrolment that is not over."""
    today = timezone.localdate()
    return (
        user.has_perm("support.add_planversion")
        and enrolment.site.operator_id in user.scope.operator_ids
        and (enrolment.ends_on is None or enrolment.ends_on > today)
    )


def is_writer(plan: PlanVersion, user: User) -> bool:
    """Whether the user writes this child's plan at all, whatever the state."""
    return may_start(plan.enrolment, user) and user.has_perm(
        "support.change_planversion"
    )


def is_acknowledger(plan: PlanVersion, user: User) -> bool:
    """Whether the user answers for the city: a worker of the unit in charge."""
    return (
        user.has_perm("support.acknowledge_planversion")
        and plan.case.unit_id in user.scope.unit_ids
    )


def is_confirmer(plan: PlanVersion, user: User) -> bool:
    """Whether the user confirms for the operator: its manager."""
    return is_writer(plan, user) and user.has_perm("support.confirm_planversion")


def may_write(plan: PlanVersion, user: User) -> bool:
    """Whether the user may edit or share this version now: a draft."""
    return plan.state == PlanVersion.State.DRAFT and is_writer(plan, user)


def may_withdraw(plan: PlanVersion, user: User) -> bool:
    """Whether the user may take the version back before the city acknowledged it."""
    return is_waiting(plan) and is_writer(plan, user)


def may_acknowledge(plan: PlanVersion, user: User) -> bool:
    """Whether the user may acknowledge the version, or give advice on it, now."""
    return is_waiting(plan) and is_acknowledger(plan, user)


def may_confirm(plan: PlanVersion, user: User) -> bool:
    """Whether the user may confirm the version now: after the city."""
    return (
        plan.state == PlanVersion.State.SHARED
        and plan.acknowledged_at is not None
        and is_confirmer(plan, user)
    )


def may_follow(plan: PlanVersion, user: User) -> bool:
    """Whether the user may start the version that follows this confirmed one."""
    return (
        plan.state == PlanVersion.State.CONFIRMED
        and is_writer(plan, user)
        and not plan.enrolment.plans.filter(state__in=PlanVersion.OPEN).exists()
    )


def is_waiting(plan: PlanVersion) -> bool:
    """Whether the version is shared and the city has not acknowledged it yet."""
    return plan.state == PlanVersion.State.SHARED and plan.acknowledged_at is None


def lacking(plan: PlanVersion) -> Lacking:
    """What a draft lacks before it can be shared: sentences by field, empty if nothing.

    Wishes are recorded as far as they could be asked; where not, the reason is.
    """
    found: Lacking = {}
    checks = (_child, _guardian, _texts, _dates, _end, _signature, _goals, _services)
    for check in checks:
        found.update(check(plan))
    return found


def _child(plan: PlanVersion) -> Lacking:
    found: Lacking = {}
    declined = plan.child_voice_how == PlanVersion.How.NOT_NOW
    if declined and not plan.child_recheck_on:
        found["child_recheck_on"] = [_("Say when you will ask the child again.")]
    if plan.child_voice:
        if not plan.child_voice_how:
            found["child_voice_how"] = [_("Choose how the child was asked.")]
        if not plan.child_voice_on:
            found["child_voice_on"] = [_("Give the day on which the child was asked.")]
        if not plan.child_voice_by:
            found["child_voice_by"] = [_("Name who asked the child.")]
    elif not declined and not plan.child_missing_reason:
        found["child_voice"] = [
            _("Write what the child wishes, or below why the child was not heard.")
        ]
    return found


def _guardian(plan: PlanVersion) -> Lacking:
    if plan.guardian_voice or plan.guardian_missing_reason:
        return {}
    return {
        "guardian_voice": [
            _("Write what the guardian wishes, or below why nobody was heard.")
        ]
    }


def _texts(plan: PlanVersion) -> Lacking:
    return {
        name: [_("Fill in this part before sharing.")]
        for name in [*TEXTS, *CARE]
        if not getattr(plan, name)
    }


def _dates(plan: PlanVersion) -> Lacking:
    found = {
        name: [_("This day cannot lie before the period begins.")]
        for name in ("long_goal_due", "monitoring_on", "review_on")
        if getattr(plan, name) < plan.period_from
    }
    if plan.child_recheck_on and plan.child_recheck_on < plan.written_on:
        found["child_recheck_on"] = [
            _("This day cannot lie before the plan was written.")
        ]
    return found


def _end(plan: PlanVersion) -> Lacking:
    """A plan promises nothing for days after the decided use."""
    last_day = plan.enrolment.last_day
    if last_day is None:
        return {}
    sentence = _("The decided use ends on %(day)s. Choose a day that is not later.") % {
        "day": wareki(last_day)
    }
    return {
        name: [sentence]
        for name in ("period_to", "monitoring_on", "review_on")
        if getattr(plan, name) > last_day
    }


def _signature(plan: PlanVersion) -> Lacking:
    if not plan.guardian_signed_on and not plan.signature_missing_reason:
        return {
            "guardian_signed_on": [
                _("Give the day of the signature, or below why there is none.")
            ]
        }
    found: Lacking = {}
    if plan.guardian_signed_on and not plan.explained_on:
        found["explained_on"] = [_("Give the day on which the plan was explained.")]
    if plan.guardian_signed_on and not plan.explained_by:
        found["explained_by"] = [_("Name who explained the plan.")]
    return found


def _goals(plan: PlanVersion) -> Lacking:
    if 1 <= len(plan.goals.all()) <= MAX_GOALS:
        return {}
    return {"goals": [_("Write one to three short-term goals.")]}


def _services(plan: PlanVersion) -> Lacking:
    rows = {row.service_id: row for row in plan.services.all()}
    empty = [
        service.label_official
        for service in ServiceType.objects.all()
        if service.pk not in rows or not rows[service.pk].content
    ]
    if not empty:
        return {}
    return {
        "services": [
            _("Write what is given, or why not: %(service)s.") % {"service": label}
            for label in empty
        ]
    }
