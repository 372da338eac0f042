"""Every act on what the public sees, from Wagtail's log into the chained audit."""

from home.models import ApprovalTask
from staff.services import record_event

EVENTS = {
    "wagtail.publish": "published",
    "wagtail.publish.scheduled": "published_on_time",
    "wagtail.publish.schedule": "scheduled",
    "wagtail.schedule.cancel": "unscheduled",
    "wagtail.unpublish": "unpublished",
    "wagtail.unpublish.scheduled": "expired",
    "wagtail.workflow.start": "approval_asked",
    "wagtail.workflow.resume": "approval_asked",
    "wagtail.workflow.approve": "approved",
    "wagtail.workflow.reject": "returned",
    "wagtail.workflow.cancel": "withdrawn",
    "wagtail.delete": "deleted",
    "wagtail.move": "moved",
    "wagtail.reorder": "reordered",
    "wagtail.view_restriction.create": "access_changed",
    "wagtail.view_restriction.edit": "access_changed",
    "wagtail.view_restriction.delete": "access_changed",
}
DECISIONS = ("approved", "returned")


def on_log_entry(sender, instance, created, **kwargs) -> None:
    """Copy an act on a page: numbers only, no title and no comment.

    Wagtail's log is an ordinary table; the audit shows if somebody changes it later.
    """
    event = EVENTS.get(instance.action)
    if not created or event is None:
        return
    record_event(
        f"page.{event}",
        action="decide" if event in DECISIONS else "change",
        by=instance.user,
        page=instance.page_id,
        revision=instance.revision_id,
    )


def on_task_edited(sender, instance, created, **kwargs) -> None:
    """Who may approve was changed: by whom, and to whom."""
    if created and instance.content_type.model == "approvaltask":
        task = ApprovalTask.objects.filter(pk=instance.object_id).first()
        record_event(
            "approvaltask.edited",
            by=instance.user,
            roles=task.roles if task else [],
            needed=task.needed if task else 0,
        )
