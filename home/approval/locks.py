"""What the editor of a page says while the page waits for approval."""

from django.utils.translation import gettext as _
from wagtail.locks import WorkflowLock


class ApprovalLock(WorkflowLock):
    """Nobody changes a page that waits: what was shown is what is approved."""

    def get_message(self, user):
        return _(
            "This page waits for approval. Nobody can edit it until it is approved,"
            " sent back, or the request is taken back."
        )

    def get_locked_by(self, user, can_lock=False):
        return _("Waits for approval")

    def get_description(self, user, can_lock=False):
        return self.get_message(user)
