"""At home: what of the pages waits for this person."""

from django.urls import reverse
from wagtail.admin.ui.components import Component

from home.approval import lists, rules
from home.checking.services import summary


class ApprovalPanel(Component):
    """What waits for me, what I asked for, what is due, what is scheduled."""

    name = "page_approval"
    order = 20
    template_name = "home/approval/panel.html"

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        required = rules.is_required_for(user)
        return {
            "is_required": required,
            "waiting": lists.waiting_for(user)[:5],
            "waiting_count": lists.count_waiting_for(user),
            "mine": lists.asked_by(user)[:5],
            "scheduled": lists.scheduled()[:5],
            "missing_approvers": lists.missing_approvers(user) if required else 0,
            "is_editor": user.scope.has("web_editor", "system_administrator"),
            "checked": summary(),
            "index": reverse("page_approval:index"),
        }
