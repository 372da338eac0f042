"""What the editor of a page offers at its foot while approval is on."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import (
    ActionMenuItem,
    CancelWorkflowMenuItem,
    RestartWorkflowMenuItem,
    SubmitForModerationMenuItem,
)

from home.approval import rules

ASKS = "action-submit"
PUBLISHES = "action-publish"
NOT_OURS = (
    SubmitForModerationMenuItem,
    RestartWorkflowMenuItem,
    CancelWorkflowMenuItem,
)


class AskForApprovalItem(ActionMenuItem):
    """Save the draft and go to the page where approval is asked for."""

    name = ASKS
    label = _("Ask for approval")
    icon_name = "resubmit"

    def is_shown(self, context) -> bool:
        if not rules.is_required_for(context["request"].user):
            return False
        if context["view"] == "create":
            return True
        permissions = rules.permissions_on(context["page"], context["request"].user)
        return not context["locked_for_user"] and permissions.can_request_approval()


class ToApprovalItem(ActionMenuItem):
    """The way to the request that waits; there it is settled or taken back."""

    name = "to-approval"
    label = _("Open the request for approval")
    icon_name = "check"

    def is_shown(self, context) -> bool:
        page = context.get("page")
        return bool(page and page.pk and page.workflow_in_progress)

    def get_url(self, context) -> str:
        return reverse("page_approval:show", args=[context["page"].pk])


def arrange(items: list, request, context) -> None:
    """Take away what skips the message, the check or the other person."""
    items[:] = [
        item
        for item in items
        if not isinstance(item, NOT_OURS) and item.name not in ("approve", "reject")
    ]


def note_wish(request) -> None:
    """Turn “submit” into “save, then ask”; drop “publish” while approval is on.

    Wagtail's page for a new page starts the workflow without asking who may; so the
    wish is taken out of what was posted and kept beside it.
    """
    if request.method != "POST" or not rules.is_required_for(request.user):
        return
    posted = request.POST.copy()
    request.wants_approval = bool(posted.pop(ASKS, None))
    posted.pop(PUBLISHES, None)
    posted.pop("action-restart-workflow", None)
    request.POST = posted


def go_on(request, page):
    """After the draft was saved: to the request, where that was the wish."""
    if getattr(request, "wants_approval", False):
        return redirect("page_approval:request", page.pk)
    return None
