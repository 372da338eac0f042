"""What waits, for whom; bounded lists with a constant number of queries."""

from datetime import datetime

from django.db.models import F, IntegerField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from wagtail.models import (
    Page,
    Revision,
    TaskState,
    WorkflowState,
    get_default_page_content_type,
)

from home.approval import rules
from staff.models import User

MOST = 50


def concerns(user: User) -> bool:
    """Whether somebody edits or approves pages; the screens are theirs alone.

    The menu asks more than once a request: the answer is kept with the person.
    """
    if not user.is_authenticated:
        return False
    if not hasattr(user, "is_concerned_with_pages"):
        is_editor = user.scope.has("web_editor", "system_administrator")
        user.is_concerned_with_pages = is_editor or rules.is_approver(user)
    return user.is_concerned_with_pages


def approvers() -> list[User]:
    """Everybody who may approve at the first step today."""
    task = rules.approval_task()
    return rules.approvers_of(task) if task else []


def missing_approvers(user: User) -> int:
    """How many more people must be able to approve what this person asks for.

    A deputy counts as the person in whose place they approve, so only posts count.
    """
    task = rules.approval_task()
    if task is None:
        return 1
    people = [one for one in rules.approvers_of(task) if one != user]
    holders = [one for one in people if not hasattr(one, "stands_in_for")]
    return max(0, task.needed - len(holders))


def with_pages(states) -> list[TaskState]:
    """The requests with their pages, read together; a page that is gone is left out."""
    rows = list(
        states.select_related(
            "workflow_state__requested_by", "revision__user", "finished_by", "task"
        )[:MOST]
    )
    keys = {int(row.workflow_state.object_id) for row in rows}
    pages = Page.objects.in_bulk(keys)
    found = []
    for row in rows:
        row.page = pages.get(int(row.workflow_state.object_id))
        if row.page:
            row.title = row.revision.content.get("title") or row.page.title
            row.go_live_at = moment(row.revision.content.get("go_live_at"))
            found.append(row)
    return found


def moment(text: str | None) -> datetime | None:
    """A moment as a revision keeps it."""
    return parse_datetime(text) if text else None


def of_pages():
    """Requests about pages, whatever became of them."""
    return TaskState.objects.filter(
        workflow_state__base_content_type=get_default_page_content_type()
    )


def in_progress():
    return of_pages().filter(
        status=TaskState.STATUS_IN_PROGRESS,
        workflow_state__status=WorkflowState.STATUS_IN_PROGRESS,
    )


def waiting_for(user: User) -> list[TaskState]:
    """The requests that this person may settle now, the oldest first."""
    return with_pages(rules.waiting_states(user))


def count_waiting_for(user: User) -> int:
    return rules.waiting_states(user).count()


def waiting_for_others(user: User) -> list[TaskState]:
    """What waits and is not this person's to settle."""
    mine = rules.waiting_states(user).values("pk")
    return with_pages(in_progress().exclude(pk__in=mine).order_by("started_at"))


def asked_by(user: User) -> list[TaskState]:
    """This person's requests that are not over: waiting, or sent back to be mended."""
    return with_pages(
        of_pages()
        .filter(
            workflow_state__requested_by=user,
            workflow_state__status__in=[
                WorkflowState.STATUS_IN_PROGRESS,
                WorkflowState.STATUS_NEEDS_CHANGES,
            ],
            workflow_state__current_task_state=F("pk"),
        )
        .order_by("-started_at")
    )


def count_sent_back_to(user: User) -> int:
    """This person's requests that were sent back and are to be mended."""
    return (
        of_pages()
        .filter(
            workflow_state__requested_by=user,
            workflow_state__status=WorkflowState.STATUS_NEEDS_CHANGES,
            workflow_state__current_task_state=F("pk"),
        )
        .count()
    )


def settled(user: User) -> list[TaskState]:
    """What was approved or sent back last, with who did it."""
    states = of_pages().filter(
        status__in=[TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED]
    )
    return with_pages(states.order_by("-finished_at", "-pk"))[:20]


def scheduled() -> list[Page]:
    """Pages that go live or offline at a time, the next first."""
    due = (
        Revision.objects.filter(
            approved_go_live_at__isnull=False,
            base_content_type=get_default_page_content_type(),
        )
        .annotate(page_key=Cast("object_id", IntegerField()))
        .order_by("approved_go_live_at")
        .values_list("page_key", "approved_go_live_at")[:MOST]
    )
    times = dict(due)
    rows = []
    pages = Page.objects.in_bulk(times)
    for key, at in times.items():
        if page := pages.get(key):
            rows.append({"page": page, "at": at, "goes_live": True})
    ending = Page.objects.filter(live=True, expire_at__isnull=False)
    for page in ending.order_by("expire_at")[:MOST]:
        rows.append({"page": page, "at": page.expire_at, "goes_live": False})
    return sorted(rows, key=lambda row: row["at"])


def goes_live_at(page: Page) -> datetime | None:
    """When an approved draft of this page goes live, if it waits for a time."""
    revision = page.scheduled_revision
    return revision.approved_go_live_at if revision else None


def history(page: Page, most: int) -> list[TaskState]:
    """The requests about a page, the newest first, with message and reason."""
    states = (
        TaskState.objects.filter(
            workflow_state__base_content_type=get_default_page_content_type(),
            workflow_state__object_id=str(page.pk),
        )
        .select_related(
            "workflow_state__requested_by", "finished_by", "approvalstate__settled_for"
        )
        .prefetch_related(
            "approvalstate__approvals__by", "approvalstate__approvals__office"
        )
        .order_by("-started_at", "-pk")
    )
    return list(states[:most])
