"""Writes of support: a plan version from its start to its confirmation.

Each takes the revision that its author saw; whoever acts on another is told, and
nothing of theirs is half done.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from decisions.models import Enrolment
from exchange.services import enqueue
from programs.models import ServiceType
from staff.dates import wareki
from staff.models import User
from staff.services import record_event
from support import rules
from support.models import Advice, PlanGoal, PlanPaper, PlanService, PlanVersion

State = PlanVersion.State
NOT_COPIED = {"id", "case", "enrolment", "version", "state", "revision", "author"}
ASKED_ANEW = {
    "child_voice",
    "guardian_voice",
    "child_voice_on",
    "child_voice_by",
    "child_voice_how",
    "child_recheck_on",
    "child_missing_reason",
    "guardian_missing_reason",
    "explained_on",
    "explained_by",
    "guardian_signed_on",
    "signature_missing_reason",
    "child_signed_on",
    "shared_at",
    "acknowledged_by",
    "acknowledged_at",
    "confirmed_by",
    "confirmed_at",
}
SERVICE_TEXTS = ("is_given", "content", "frequency", "person")


@transaction.atomic
def start_plan(enrolment: Enrolment, *, by: User) -> PlanVersion:
    """Start a version as a draft: from the last confirmed one, or empty.

    Only a version that the author may read is copied: what another operator wrote for
    the same child stays with that operator. What was asked, explained and signed is
    never copied; it is asked anew.
    """
    if not rules.may_start(enrolment, by):
        raise ValidationError(_("You cannot write a plan for this enrolment."))
    last = (
        PlanVersion.objects.visible_to(by)
        .filter(case=enrolment.case_id, state__in=PlanVersion.FROZEN)
        .order_by("-version")
        .first()
    )
    plan = PlanVersion(
        **(_copied(last) if last else {}),
        **_days_within(enrolment),
        case=enrolment.case,
        enrolment=enrolment,
        version=_next_version(enrolment),
        author=by,
    )
    plan.full_clean()
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(_("Another version is being written.")) from error
    _start_parts(plan, last)
    record_event("plan.started", plan, by=by, copied_from=last.version if last else 0)
    return plan


def _next_version(enrolment: Enrolment) -> int:
    versions = PlanVersion.objects.filter(case=enrolment.case_id)
    return (versions.aggregate(last=Max("version"))["last"] or 0) + 1


def _days(start: date) -> dict[str, date]:
    """Days that a new version proposes: half a year, reviewed before its end."""
    end = _months_after(start, 6) - timedelta(days=1)
    return {
        "written_on": timezone.localdate(),
        "period_from": start,
        "period_to": end,
        "long_goal_due": _months_after(start, 12) - timedelta(days=1),
        "monitoring_on": _months_after(start, 3),
        "review_on": end - timedelta(days=14),
    }


def _days_within(enrolment: Enrolment) -> dict[str, date]:
    """The days a new version proposes, none of its period after the last day of use."""
    start, last_day = max(timezone.localdate(), enrolment.starts_on), enrolment.last_day
    days = _days(start)
    if last_day is None or last_day >= days["period_to"]:
        return days
    if last_day <= start:
        raise ValidationError(
            _("The use ends on %(day)s. There is no time left for a plan.")
            % {"day": wareki(last_day)}
        )
    return days | {
        "period_to": last_day,
        "monitoring_on": min(days["monitoring_on"], last_day),
        "review_on": max(start, last_day - timedelta(days=14)),
    }


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_day = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_day))


def _copied(last: PlanVersion) -> dict[str, Any]:
    proposed = _days(last.period_from)
    left_out = NOT_COPIED | ASKED_ANEW | set(proposed)
    fields = [f.name for f in PlanVersion._meta.concrete_fields]
    return {name: getattr(last, name) for name in fields if name not in left_out}


def _start_parts(plan: PlanVersion, last: PlanVersion | None) -> None:
    """Goals as they were, with new days; a row for every service of today."""
    before = {row.service_id: row for row in last.services.all()} if last else {}
    for goal in last.goals.all() if last else []:
        PlanGoal.objects.create(
            plan=plan,
            order=goal.order,
            goal=goal.goal,
            measure=goal.measure,
            due=plan.period_to,
        )
    for service in ServiceType.objects.all():
        row = PlanService(plan=plan, service=service)
        for name in SERVICE_TEXTS if service.pk in before else []:
            setattr(row, name, getattr(before[service.pk], name))
        row.full_clean(exclude=["plan", "service"])
        row.save()


@transaction.atomic
def save_plan(
    plan: PlanVersion,
    *,
    by: User,
    revision: int,
    values: dict[str, Any],
    goals: list[dict[str, Any]],
    services: dict[int, dict[str, Any]],
) -> PlanVersion:
    """Save a draft with all its parts, as far as it is written.

    *services* are texts by the id of the service. Goals are replaced as a whole: the
    browser names no row, so none of another plan can be reached.
    """
    _require(rules.may_write(plan, by))
    _take(plan, seen=revision, states=[State.DRAFT], revision=F("revision") + 1)
    fresh = PlanVersion.objects.get(pk=plan.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.save()
    _replace_goals(fresh, goals)
    _write_services(fresh, services)
    record_event("plan.saved", fresh, by=by, revision=fresh.revision)
    return fresh


def _replace_goals(plan: PlanVersion, goals: list[dict[str, Any]]) -> None:
    if len(goals) > rules.MAX_GOALS:
        raise ValidationError(_("A plan has three short-term goals at most."))
    plan.goals.all().delete()
    for order, texts in enumerate(goals, start=1):
        goal = PlanGoal(plan=plan, order=order, **texts)
        goal.full_clean(exclude=["plan"])
        goal.save()


def _write_services(plan: PlanVersion, services: dict[int, dict[str, Any]]) -> None:
    rows = {row.service_id: row for row in plan.services.all()}
    for service in ServiceType.objects.filter(pk__in=services):
        row = rows.get(service.pk) or PlanService(plan=plan, service=service)
        for name in SERVICE_TEXTS:
            setattr(row, name, services[service.pk][name])
        row.full_clean(exclude=["plan", "service"])
        row.save()


@transaction.atomic
def share_plan(plan: PlanVersion, *, by: User, revision: int) -> PlanVersion:
    """Show a draft to the city, once nothing is lacking.

    Every wish is there or the reason why it could not be asked; raises a
    ValidationError by field otherwise.
    """
    _require(rules.may_write(plan, by))
    _take(
        plan,
        seen=revision,
        states=[State.DRAFT],
        state=State.SHARED,
        shared_at=timezone.now(),
    )
    fresh = PlanVersion.objects.get(pk=plan.pk)
    if lacking := rules.lacking(fresh):
        raise ValidationError(lacking)
    record_event("plan.shared", fresh, by=by, revision=fresh.revision)
    return fresh


@transaction.atomic
def withdraw_sharing(plan: PlanVersion, *, by: User, revision: int) -> PlanVersion:
    """Take a version back to be corrected, before the city acknowledged it."""
    _require(rules.may_withdraw(plan, by))
    _take(
        plan,
        seen=revision,
        states=[State.SHARED],
        acknowledged=False,
        state=State.DRAFT,
        shared_at=None,
    )
    record_event("plan.sharing_withdrawn", plan, by=by, revision=revision)
    return PlanVersion.objects.get(pk=plan.pk)


@transaction.atomic
def acknowledge_plan(
    plan: PlanVersion, *, by: User, revision: int, advice: str = ""
) -> PlanVersion:
    """Note that the city knows the version, with the advice it gives, if any."""
    _require(rules.may_acknowledge(plan, by))
    _take(
        plan,
        seen=revision,
        states=[State.SHARED],
        acknowledged=False,
        acknowledged_by=by,
        acknowledged_at=timezone.now(),
    )
    if advice:
        _give(plan, advice, by=by)
    record_event("plan.acknowledged", plan, by=by, has_advice=bool(advice))
    return PlanVersion.objects.get(pk=plan.pk)


@transaction.atomic
def advise_plan(plan: PlanVersion, *, by: User, revision: int, advice: str) -> Advice:
    """Give advice without acknowledging yet: the operator may still correct."""
    _require(rules.may_acknowledge(plan, by))
    _take(
        plan,
        seen=revision,
        states=[State.SHARED],
        acknowledged=False,
        revision=F("revision"),
    )
    given = _give(plan, advice, by=by)
    record_event("plan.advised", plan, by=by, advice=given.pk)
    return given


def _give(plan: PlanVersion, text: str, *, by: User) -> Advice:
    advice = Advice(plan=plan, text=text, author=by)
    advice.full_clean(exclude=["plan", "author"])
    advice.save()
    return advice


@transaction.atomic
def confirm_plan(plan: PlanVersion, *, by: User, revision: int) -> PlanVersion:
    """Confirm the version that was shown; the one in force before is superseded.

    From now on neither the plan nor its parts change. Its paper is made once, from the
    outbox: ``paper_key`` names the item.
    """
    _require(rules.may_confirm(plan, by))
    PlanVersion.objects.filter(case=plan.case_id, state=State.CONFIRMED).update(
        state=State.SUPERSEDED
    )
    _take(
        plan,
        seen=revision,
        states=[State.SHARED],
        acknowledged=True,
        state=State.CONFIRMED,
        confirmed_by=by,
        confirmed_at=timezone.now(),
    )
    enqueue("plan-paper", paper_key(plan), {"plan": plan.pk})
    record_event("plan.confirmed", plan, by=by, revision=revision)
    return PlanVersion.objects.get(pk=plan.pk)


def paper_key(plan: PlanVersion) -> str:
    """The key of the outbox item that makes the paper of a version."""
    return f"plan-paper:{plan.pk}"


@transaction.atomic
def store_paper(plan: PlanVersion, pdf: bytes) -> PlanPaper:
    """Keep the paper of a confirmed version: the first bytes that arrive, for ever."""
    if not plan.is_frozen:
        raise ValidationError(_("Only the paper of a confirmed plan is kept."))
    paper = PlanPaper(plan=plan, pdf=pdf)
    paper.full_clean(exclude=["plan"])
    paper.save(force_insert=True)
    record_event("plan.paper_stored", plan, sha256=paper.sha256)
    return paper


def _require(allowed: bool) -> None:
    if not allowed:
        raise ValidationError(
            _("This cannot be done with the plan now. Look at its page again.")
        )


def _take(
    plan: PlanVersion,
    *,
    seen: int,
    states: list[str],
    acknowledged: bool | None = None,
    **changes: Any,
) -> None:
    """Compare and set: change the row if it still is as the author saw it."""
    rows = PlanVersion.objects.filter(pk=plan.pk, revision=seen, state__in=states)
    if acknowledged is not None:
        rows = rows.filter(acknowledged_at__isnull=not acknowledged)
    try:
        with transaction.atomic():
            taken = rows.update(**changes)
    except IntegrityError:
        # Another version of the same case was confirmed in the same moment.
        taken = 0
    if not taken:
        raise ValidationError(
            _(
                "Somebody changed this plan after you opened it. What you typed is"
                " still here: compare it with the plan's page before you go on."
            )
        )
