"""In whose place somebody approves: in their own, or by a delegation of today."""

from django.db.models import QuerySet
from wagtail.models import TaskState

from home.models.approval import APPROVERS, Approval, ApprovalTask
from staff.models import Delegation, Membership, User


def own_post(user: User, task: ApprovalTask) -> bool:
    """Whether this person holds today one of the posts that approve at this step."""
    if not user.is_authenticated or not user.is_active:
        return False
    scope = user.scope
    return any(
        role in (scope.lead_roles if leads else scope.roles)
        for code, _label, role, leads in APPROVERS
        if code in task.roles
    )


def offices(user: User, task: ApprovalTask) -> list[User]:
    """In whose place this person may approve at this step today; their own first."""
    if not user.is_authenticated or not user.is_active:
        return []
    own = [user] if own_post(user, task) else []
    return own + [one for one in absent(user) if own_post(one, task)]


def absent(user: User) -> list[User]:
    """For whom this person stands in today; read once for the user of a request."""
    if "_stands_in_for" not in user.__dict__:
        rows = deputies().filter(delegate=user)
        rows = rows.filter(principal__is_active=True).select_related("principal")
        user._stands_in_for = [row.principal for row in rows.order_by("pk")]
    return user._stands_in_for


def deputies() -> QuerySet[Delegation]:
    """The delegations of today to people who have a post at the city today."""
    posts = Membership.objects.in_force().of_the_city()
    return Delegation.objects.in_force().filter(delegate__in=posts.values("user"))


def deputies_of(holders: list[User]) -> list[User]:
    """Who stands in today for these people, each with whom they stand in for."""
    rows = deputies().filter(principal__in=holders, delegate__is_active=True)
    found = []
    for row in rows.select_related("principal", "delegate").order_by("pk"):
        row.delegate.stands_in_for = row.principal
        found.append(row.delegate)
    return found


def counting(state: TaskState) -> QuerySet[Approval]:
    """The approvals of this request that count: of people who are still here."""
    return Approval.objects.filter(
        state=state.pk, by__is_active=True, office__is_active=True
    )


def office_for(user: User, state: TaskState, *, without: set[int]) -> User | None:
    """In whose place this person settles a request; none if in nobody's.

    Neither who asked nor who has been counted is approved for by somebody else.
    """
    task = state.task.specific
    return next((one for one in offices(user, task) if one.pk not in without), None)
