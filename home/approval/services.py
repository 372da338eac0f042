"""The acts of approval. Each is one transaction, and each leaves its mail behind.

What approving publishes is the revision that was shown, never just the latest one.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, TaskState, WorkflowState

from home.approval import rules
from home.approval.news import News
from home.approval.news import tell as spread
from home.approval.offices import counting
from home.checking.rules import Finding
from home.checking.services import check_draft, incomplete, stopping
from home.models.approval import Approval, ApprovalState
from staff.models import User
from staff.services import record_event
from staff.templatetags.japanese import wareki_time

IN_PROGRESS = TaskState.STATUS_IN_PROGRESS


@transaction.atomic
def request_approval(page: Page, *, by: User, message: str = "") -> ApprovalState:
    """Ask for the approval of the page's latest revision; tell those who may give it.

    *page* is the page as its latest revision has it. A request that was sent back is
    taken up again, now by whoever asks.
    """
    Page.objects.select_for_update().filter(pk=page.pk).first()
    if not rules.permissions_on(page, by).can_request_approval():
        raise ValidationError(_("This page waits for approval already, or is locked."))
    refuse_what_cannot_be_published(page)
    workflow = page.get_workflow()
    if workflow is None:
        raise ValidationError(
            _("No way of approval is set for this page. Tell the administrator.")
        )
    returned = page.current_workflow_state
    if returned and returned.status == WorkflowState.STATUS_NEEDS_CHANGES:
        WorkflowState.objects.filter(pk=returned.pk).update(requested_by=by)
        returned.refresh_from_db()
        returned.resume(by)
        state = returned.current_task_state
    else:
        state = workflow.start(page, by).current_task_state
    state = state.specific
    state.message = message.strip()
    state.save(update_fields=["message"])
    tell_approvers(state)
    return state


def refuse_what_cannot_be_published(page: Page) -> None:
    """Raise where an approval would publish nothing, or something broken or over."""
    if page.live and not page.has_unpublished_changes:
        raise ValidationError(
            _("Nothing was changed since this page was published. Save a draft first.")
        )
    if page.expire_at and page.expire_at <= timezone.now():
        raise ValidationError(
            _("The time at which the page goes offline is over. Change it first.")
        )
    page.full_clean()
    refuse_what_the_check_stops(stopping(page))


def all_findings(page: Page) -> list[Finding]:
    """What the check finds in a page's latest draft, to be shown."""
    draft = page.get_latest_revision_as_object()
    return check_draft(page).found + incomplete(draft)


def refuse_what_the_check_stops(found: list[Finding]) -> None:
    """Raise where the check found what no reader should meet."""
    if found:
        raise ValidationError(
            [
                _("%(place)s: %(what)s %(excerpt)s")
                % {"place": one.place, "what": one.label, "excerpt": one.excerpt}
                for one in found
            ]
        )


@transaction.atomic
def approve(
    state: TaskState, *, by: User, shown: int | str, comment: str = ""
) -> TaskState:
    """Approve the revision that *shown* names; it goes live now or at its time.

    Where more than one person must approve, nothing happens before the last of them.
    """
    state = current(state, by=by)
    page_id = state.workflow_state.object_id
    latest = Page.objects.values_list("latest_revision_id", flat=True).get(pk=page_id)
    if not str(shown) == str(state.revision_id) == str(latest):
        raise ValidationError(
            _("The page was changed after you opened it. Look at it again.")
        )
    draft = state.revision.as_object()
    if draft.expire_at and draft.expire_at <= timezone.now():
        raise ValidationError(
            _("The time at which the page goes offline is over. Send it back.")
        )
    refuse_what_the_check_stops(stopping(draft))
    if count(state, by=by, comment=comment.strip()) < state.task.specific.needed:
        return state
    state.approve(user=by, comment=comment.strip())
    workflow = WorkflowState.objects.get(pk=state.workflow_state_id)
    if workflow.status == WorkflowState.STATUS_APPROVED:
        tell(askers(state), state, *approved_words(draft))
    elif workflow.current_task_state_id != state.pk:
        tell_approvers(workflow.current_task_state)
    return state


def count(state: ApprovalState, *, by: User, comment: str) -> int:
    """Write down one approval and in whose place; how many there are now."""
    office = rules.office_of(by, state)
    given = Approval.objects.create(state=state, by=by, office=office, comment=comment)
    number = counting(state).count()
    if given.is_in_place or state.task.specific.needed > 1:
        write_down("counted", state, by=by, office=office, number=number)
    settle_for(state, by=by, office=office)
    return number


def settle_for(state: ApprovalState, *, by: User, office: User) -> None:
    """Keep with a request in whose place a deputy settled it."""
    state.settled_for = None if office == by else office
    state.save(update_fields=["settled_for"])


def write_down(act: str, state: TaskState, *, by: User, office: User, **more) -> None:
    """An act of approval in the audit; with a deputy, for whom it was done."""
    in_place = {"in_place_of": office.pk} if office != by else {}
    record_event(
        f"page.{act}",
        action="decide",
        by=by,
        page=int(state.workflow_state.object_id),
        revision=state.revision_id,
        **in_place,
        **more,
    )


def approved_words(draft: Page) -> tuple[str, str]:
    """Subject and line of the mail: published now, or at which time."""
    subject = _("Page %(number)d was approved") % {"number": draft.pk}
    if draft.go_live_at and draft.go_live_at > timezone.now():
        at = wareki_time(draft.go_live_at)
        return subject, _("It will be published at %(at)s.") % {"at": at}
    return subject, _("It was published.")


@transaction.atomic
def send_back(state: TaskState, *, by: User, reason: str) -> TaskState:
    """Send the page back to whoever asked, with the reason."""
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Write the reason, so that it can be mended."))
    state = current(state, by=by, why_not=rules.why_not_back)
    office = rules.office_back(by, state)
    settle_for(state, by=by, office=office)
    if office != by:
        write_down("returned_in_place", state, by=by, office=office)
    state.reject(user=by, comment=reason)
    number = {"number": int(state.workflow_state.object_id)}
    tell(
        askers(state),
        state,
        _("Page %(number)d was sent back") % number,
        _("Read the reason on the page of the approval, mend the page and ask again."),
    )
    return state


@transaction.atomic
def withdraw(workflow_state: WorkflowState, *, by: User) -> None:
    """Take a request back: the page can be edited again, nothing is published."""
    state = WorkflowState.objects.select_for_update().filter(pk=workflow_state.pk).get()
    if not state.is_active:
        raise ValidationError(_("This request was settled already."))
    if not state.user_can_cancel(by):
        raise PermissionDenied
    state.cancel(user=by)


def current(state: TaskState, *, by: User, why_not=rules.why_not) -> TaskState:
    """The request as it stands now, held; refused to who may not settle it."""
    found = TaskState.objects.select_for_update().filter(pk=state.pk).first()
    if found is None or found.status != IN_PROGRESS:
        raise ValidationError(_("This request was settled already."))
    reason = why_not(by, found)
    if reason:
        raise ValidationError(reason)
    return found.specific


def act_by_name(state: TaskState, *, by: User, act: str, text: str) -> None:
    """An act that comes through a door of Wagtail; what it refuses is not allowed.

    Such a door names the request, and with it the revision that was shown.
    """
    try:
        if act == "approve":
            approve(state, by=by, shown=state.revision_id, comment=text)
        elif act == "reject":
            send_back(state, by=by, reason=text)
    except ValidationError as error:
        raise PermissionDenied(" ".join(error.messages)) from error


def askers(state: TaskState) -> list[User]:
    """Who hears of the outcome: who asked, and who changed the page last."""
    keys = {state.workflow_state.requested_by_id, state.revision.user_id} - {None}
    return list(User.objects.filter(pk__in=keys, is_active=True))


def tell_approvers(state: TaskState) -> None:
    """Mail to everybody who may approve: the number of the page and a link."""
    number = {"number": int(state.workflow_state.object_id)}
    people = rules.approvers_of(state.task.specific, without=rules.excluded_from(state))
    tell(
        people,
        state,
        _("Approval asked for page %(number)d") % number,
        _("Compare the draft with what is public, then approve it or send it back."),
    )


def tell(people: Iterable[User], state: TaskState, subject: str, line: str) -> None:
    """One mail a person through the outbox; no title, no content."""
    path = reverse("page_approval:show", args=[state.workflow_state.object_id])
    key = f"page-approval:{state.pk}:{state.status}"
    spread(people, News(subject, line, path, key))
