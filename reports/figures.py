"""The one place that counts. A function for each figure, counting what its reader sees.

A screen, a paper and the API that show a figure all ask here, so they agree.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from cases.models import Assessment, Referral
from decisions.models import Decision, Enrolment
from decisions.rules import may_approve
from exchange.models import OutboxItem
from staff.models import User
from support.models import PlanVersion

REVIEW_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class OpenReferrals:
    """Referrals that nobody has answered yet, and how many of them are urgent."""

    total: int
    urgent: int


@dataclass(frozen=True)
class SiteLoad:
    """How many children are registered at a site today, beside its guide."""

    site: str
    registered: int
    guide: int | None

    @property
    def is_over(self) -> bool:
        """Whether the guide is passed; it warns and never blocks."""
        return self.guide is not None and self.registered > self.guide


def open_referrals(user: User) -> OpenReferrals:
    """Referrals in the care of the user's own units that wait for an answer."""
    if not user.has_perm("cases.change_referral"):
        return OpenReferrals(0, 0)
    rows = Referral.objects.visible_to(user).open().filter(unit__in=user.scope.unit_ids)
    now = Q(urgency=Referral.Urgency.NOW)
    found = rows.aggregate(total=Count("pk"), urgent=Count("pk", filter=now))
    return OpenReferrals(**found)


def decisions_to_approve(user: User) -> int:
    """Decisions that wait for this person: of their office, not of their own hand."""
    kinds = [kind for kind in Decision.Kind if may_approve(user, kind)]
    if not kinds:
        return 0
    waiting = Decision.objects.visible_to(user).filter(
        state=Decision.State.CIRCULATED, kind__in=kinds
    )
    own = Q(drafted_by=user) | Q(edited_by=user) | Q(application__recorded_by=user)
    return waiting.exclude(own).count()


def assessments_to_confirm(user: User) -> int:
    """Assessments of the user's own units that another person submitted."""
    if not user.has_perm("cases.confirm_assessment"):
        return 0
    waiting = Assessment.objects.visible_to(user).filter(
        state=Assessment.State.SUBMITTED, case__unit__in=user.scope.unit_ids
    )
    return waiting.exclude(author=user).count()


def plans_to_acknowledge(user: User) -> int:
    """Plans that operators shared with the user's own units, not acknowledged yet."""
    if not user.has_perm("support.acknowledge_planversion"):
        return 0
    waiting = PlanVersion.objects.visible_to(user).filter(
        state=PlanVersion.State.SHARED,
        acknowledged_at=None,
        case__unit__in=user.scope.unit_ids,
    )
    return waiting.count()


def plans_to_confirm(user: User) -> int:
    """Plans that the city has acknowledged and the operator's manager may confirm."""
    if not user.has_perm("support.confirm_planversion"):
        return 0
    waiting = PlanVersion.objects.visible_to(user).filter(
        state=PlanVersion.State.SHARED, acknowledged_at__isnull=False
    )
    return waiting.count()


def plans_to_review(user: User) -> int:
    """Plans in force whose review is due within 14 days, or is overdue.

    To an operator all of its own; to a case worker those of the own units.
    """
    today = timezone.localdate()
    rows = PlanVersion.objects.visible_to(user).filter(
        Q(enrolment__ends_on=None) | Q(enrolment__ends_on__gt=today),
        state=PlanVersion.State.CONFIRMED,
        review_on__lte=today + REVIEW_WITHIN,
    )
    scope = user.scope
    if not scope.operator_ids:
        rows = rows.filter(case__unit__in=scope.unit_ids)
    return rows.count()


def registered_by_site(user: User) -> list[SiteLoad]:
    """Children registered today, site by site.

    To those who answer for whole sites: the programme, the head and the operators. A
    case worker sees only a part of the children, so a total would be wrong.
    """
    answers = user.scope.has("programme_manager", "centre_head")
    if not answers and not user.scope.operator_ids:
        return []
    rows = (
        Enrolment.objects.visible_to(user)
        .in_force()
        .values(name=F("site__name"), guide=F("site__capacity_guide"))
        .annotate(registered=Count("case__child", distinct=True))
        .order_by("site")
    )
    return [SiteLoad(row["name"], row["registered"], row["guide"]) for row in rows]


def things_undelivered(user: User) -> int:
    """Things in the outbox that failed, were given up or are late."""
    if not user.has_perm("exchange.view_outboxitem"):
        return 0
    return OutboxItem.objects.stuck(timezone.now()).count()
