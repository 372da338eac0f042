"""Who may approve what, and what a person may do with a page while approval is on."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import (
    AbstractPage,
    PagePermissionTester,
    Task,
    TaskState,
    WorkflowState,
)

from home.approval.offices import deputies_of, office_for, offices, own_post
from home.models.approval import (
    APPROVERS,
    Approval,
    ApprovalSettings,
    ApprovalTask,
)
from staff.models import Membership, User


def is_required() -> bool:
    """Whether pages need approval in this city."""
    return ApprovalSettings.load().is_required


def is_required_for(user: User) -> bool:
    """The same, read once for the user object of a request."""
    if "_pages_need_approval" not in user.__dict__:
        user._pages_need_approval = is_required()
    return user._pages_need_approval


def approval_task() -> ApprovalTask | None:
    """The first step of approval that is in use; none on an unfinished database."""
    return ApprovalTask.objects.filter(active=True).order_by("pk").first()


def holds_post(user: User, task: ApprovalTask) -> bool:
    """Whether this person approves at this step today, by a post or as a deputy."""
    return bool(offices(user, task))


def is_approver(user: User) -> bool:
    """Whether this person approves pages at any step; read once a request."""
    if "_approves_pages" not in user.__dict__:
        tasks = ApprovalTask.objects.filter(active=True)
        user._approves_pages = any(holds_post(user, task) for task in tasks)
    return user._approves_pages


def approves_by_post(user: User) -> bool:
    """Whether this person approves pages by a post of their own; read once a request.

    A delegation is for approving alone: nothing else is done in somebody's place.
    """
    if "_approves_by_post" not in user.__dict__:
        tasks = ApprovalTask.objects.filter(active=True)
        user._approves_by_post = any(own_post(user, task) for task in tasks)
    return user._approves_by_post


def holders_of(task: ApprovalTask) -> QuerySet[User]:
    """Everybody who holds one of the posts of the step today."""
    posts = Q(pk__in=[])
    for code, _label, role, leads in APPROVERS:
        if code in (task.roles or ()):
            posts |= Q(role=role, is_lead=True) if leads else Q(role=role)
    holders = Membership.objects.in_force().filter(posts).values("user")
    return User.objects.filter(pk__in=holders, is_active=True)


def approvers_of(task: ApprovalTask, *, without: set[int] = frozenset()) -> list[User]:
    """Everybody who may approve today by their name; deputies come after them.

    For somebody in *without* no deputy approves either.
    """
    people = holders_of(task).exclude(pk__in=without)
    found = list(people.order_by("full_name", "username"))
    known = {one.pk for one in found} | set(without)
    return found + [one for one in deputies_of(found) if one.pk not in known]


def makers_of(state: TaskState) -> set[int]:
    """Who asked for the approval, and who changed the page last."""
    return {state.workflow_state.requested_by_id, state.revision.user_id} - {None}


def excluded_from(state: TaskState) -> set[int]:
    """Who may not approve this request, whatever their post: they made it.

    Nor may who approved an earlier step, themselves or by a deputy, or this one.
    """
    people = makers_of(state)
    earlier = TaskState.objects.filter(
        workflow_state=state.workflow_state,
        status=TaskState.STATUS_APPROVED,
        revision=state.revision_id,
    )
    earlier = earlier.exclude(task=state.task_id)
    people |= set(earlier.values_list("finished_by", flat=True))
    steps = Approval.objects.filter(Q(state=state.pk) | Q(state__in=earlier))
    people |= {key for pair in steps.values_list("by", "office") for key in pair}
    return people - {None}


def others_requests(user: User, task: ApprovalTask, states):
    """Those requests that wait for this person, or for whom they stand in.

    One that comes from them, shows their last edit or counted them is not among them.
    """
    places = Q(pk__in=[])
    for one in offices(user, task):
        places |= ~of_person(one)
    return states.filter(~of_person(user), places)


def of_person(user: User) -> Q:
    """The requests in which this person has had a hand already."""
    given = Approval.objects.filter(Q(by=user) | Q(office=user))
    return (
        Q(workflow_state__requested_by=user)
        | Q(revision__user=user)
        | Q(pk__in=given.values("state"))
    )


def why_not_back(user: User, state: TaskState) -> str:
    """Why this person may not send this request back; empty if they may.

    Who approved it may: a fault that is seen late is still sent back.
    """
    task = state.task.specific
    if state.status != TaskState.STATUS_IN_PROGRESS:
        return _("This request was settled already.")
    if not isinstance(task, ApprovalTask) or not holds_post(user, task):
        return _("Your post does not approve pages.")
    if user.pk == state.workflow_state.requested_by_id:
        return _("You asked for this approval yourself. Another person approves it.")
    if user.pk == state.revision.user_id:
        return _("You changed this page last. Another person approves it.")
    return "" if office_back(user, state) else nobody_left()


def why_not(user: User, state: TaskState) -> str:
    """Why this person may not approve this request; empty if they may."""
    reason = why_not_back(user, state)
    if reason:
        return reason
    without = excluded_from(state)
    if user.pk in without:
        return _("Your approval has been counted already. Another person approves it.")
    return "" if office_for(user, state, without=without) else nobody_left()


def nobody_left() -> str:
    return _(
        "The person in whose place you approve made this request, or has been"
        " counted already. Another person approves it."
    )


def office_of(user: User, state: TaskState) -> User | None:
    """In whose place this person approves this request; themselves if they may."""
    return office_for(user, state, without=excluded_from(state))


def office_back(user: User, state: TaskState) -> User | None:
    """In whose place this person sends this request back; themselves if they may."""
    return office_for(user, state, without=makers_of(state))


def waiting_states(user: User):
    """The requests that this person may approve now, the oldest first."""
    states = TaskState.objects.none()
    for task in Task.objects.filter(active=True).specific():
        states = states | task.get_task_states_user_can_moderate(user)
    return states.filter(
        workflow_state__status=WorkflowState.STATUS_IN_PROGRESS
    ).order_by("started_at")


def permissions_on(page: AbstractPage, user: User) -> "PagePermissions":
    """What a person may do with a page of any kind, Wagtail's own kinds as well."""
    return PagePermissions(user, page)


class PagePermissions(PagePermissionTester):
    """What a person may do with a page. While approval is on, nobody just publishes.

    Only an approval publishes: not an editor, not an administrator, not a superuser,
    through no door. Who approves by a post of their own may take a page offline, move
    it and put the menu in order: these acts put no new words before the public.
    """

    def __init__(self, user: User, page: AbstractPage):
        super().__init__(user, page)
        self.needs_approval = is_required_for(user)
        if user.is_active and not user.is_superuser and self.needs_approval:
            self.permissions.discard("publish")
            if approves_by_post(user):
                self.permissions.add("publish")

    def may_direct(self) -> bool:
        """Whether acts that add nothing to read (offline, move, order) are theirs."""
        if not self.user.is_active or self.page_is_root:
            return False
        return self.user.is_superuser or "publish" in self.permissions

    def can_publish(self) -> bool:
        return not self.needs_approval and super().can_publish()

    def can_publish_subpage(self) -> bool:
        return not self.needs_approval and super().can_publish_subpage()

    def can_submit_for_moderation(self) -> bool:
        """Wagtail's own door is shut: it asks for no message and checks nothing."""
        return False

    def can_request_approval(self) -> bool:
        return (
            self.needs_approval
            and self.can_edit()
            and not self.page_locked()
            and not self.page.workflow_in_progress
        )

    def can_set_view_restrictions(self) -> bool:
        return self.may_direct()

    def can_unschedule(self) -> bool:
        """Taking back what nobody has seen yet is the editors' as well."""
        return self.may_direct() or self.can_edit()
