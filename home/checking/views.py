"""The screens of the check: one page with its findings, and what was mended."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.approval.views import PageApprovalView, buttons, findings_shown
from home.checking import services


class CheckView(PageApprovalView):
    """What the check finds in the latest draft of a page."""

    template_name = "home/checking/page.html"
    page_title = gettext_lazy("Check of a page")
    header_icon = "check"

    @cached_property
    def found(self) -> list:
        return services.check_draft(self.page).found + services.incomplete(self.draft)

    def get_context_data(self, **kwargs):
        may_mend = self.permissions.can_edit() and not self.permissions.page_locked()
        return super().get_context_data(**kwargs) | {
            "rows": findings_shown(self.page, self.found),
            "buttons": buttons(self.found) if may_mend else [],
            "stops": sum(one.stops for one in self.found),
            "may_request": self.permissions.can_request_approval(),
        }


class MendView(CheckView):
    """Mend what a press mends, as a new draft; then show what changed."""

    http_method_names = ["post"]
    template_name = "home/checking/mended.html"
    page_title = gettext_lazy("Mended in the draft")

    def post(self, request, *args, **kwargs):
        before = self.page.latest_revision_id
        try:
            changes = services.mend_draft(
                self.page, by=request.user, kinds=request.POST.getlist("kind")
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("page_check:page", self.page.pk)
        messages.success(
            request, _("A new draft was made. The public page is as it was.")
        )
        self.page.refresh_from_db()
        back = (
            reverse("wagtailadmin_pages:revisions_revert", args=[self.page.pk, before])
            if before
            else ""
        )
        context = self.get_context_data(changes=changes, back_url=back)
        return self.render_to_response(context)
