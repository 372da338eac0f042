"""Large exports on the desk: what is being made for oneself, and the file once it is.

Only the person who asked reaches any of it: for everybody else the number is unknown.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from forms.models import AnswerExport
from forms.querysets import rights_of
from forms.services.export_jobs import give_up, hand_out, try_again
from forms.views.inbox import InboxMixin
from staff.services import client_address
from staff.views import PrivateDetailView, PrivateRecordMixin

SHOWN = 50


class ExportJobMixin(InboxMixin):
    """For those who may export at all."""

    header_icon = "download"

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if not rights_of(user).export:
            raise PermissionDenied


class ExportJobsView(ExportJobMixin, TemplateView):
    """One's own exports, the newest on top."""

    template_name = "forms/inbox/export_jobs.html"
    page_title = gettext_lazy("My exports")

    def get_breadcrumbs_items(self):
        return [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("inbox:index"), "label": _("Answers received")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        rows = AnswerExport.objects.visible_to(self.request.user)
        rows = rows.select_related("form").defer("keys", "losses", "form__pages")
        return super().get_context_data(**kwargs) | {"jobs": rows[:SHOWN]}


class ExportJobView(ExportJobMixin, PrivateDetailView):
    """How far one export is; the button to save it, or why there is none."""

    template_name = "forms/inbox/export_job.html"

    def get_queryset(self):
        return AnswerExport.objects.select_related("form").defer("keys", "form__pages")


class ExportFileView(ExportJobMixin, PrivateRecordMixin, View):
    """The file, to its asker alone, as long as every row in it is theirs to export."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            file = hand_out(self.object, by=request.user, ip=client_address(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(self.object.get_admin_url())
        response = FileResponse(
            file,
            as_attachment=True,
            filename=self.object.name,
            content_type=self.object.content_type,
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


class ExportActView(ExportJobMixin, PrivateRecordMixin, View):
    """A button on the page of an export; it leads back there."""

    http_method_names = ["post"]
    done = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            self.act()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, self.done)
        return redirect(self.object.get_admin_url())


class ExportAgainView(ExportActView):
    """Once more, after it failed."""

    done = gettext_lazy("It is being made again.")

    def act(self) -> None:
        try_again(self.object, by=self.request.user)


class ExportGiveUpView(ExportActView):
    """Not wanted any more: what is being made stops, what is kept is deleted."""

    done = gettext_lazy("The export was deleted.")

    def act(self) -> None:
        give_up(self.object, by=self.request.user)
