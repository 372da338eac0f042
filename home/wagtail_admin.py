"""Wagtail's admin, without the mails that it sends about approvals by itself."""

from wagtail.admin.apps import WagtailAdminAppConfig


class PortalAdminConfig(WagtailAdminAppConfig):
    """As Wagtail's, but mail about pages leaves through the outbox alone.

    Wagtail's own mails go out inside the request and carry titles and comments.
    """

    def ready(self) -> None:
        super().ready()
        from wagtail.models import TaskState, WorkflowState
        from wagtail.signals import (
            task_submitted,
            workflow_approved,
            workflow_rejected,
            workflow_submitted,
        )

        mails = [
            (task_submitted, TaskState, "group_approval_task_submitted"),
            (workflow_submitted, WorkflowState, "workflow_state_submitted"),
            (workflow_approved, WorkflowState, "workflow_state_approved"),
            (workflow_rejected, WorkflowState, "workflow_state_rejected"),
        ]
        for signal, sender, name in mails:
            signal.disconnect(sender=sender, dispatch_uid=f"{name}_email_notification")
