"""The staff pages of what crosses the border: spreadsheets and the outbox."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from exchange.exports import export
from exchange.forms import ExportForm, UploadForm
from exchange.imports import (
    check_again,
    confirm,
    drop,
    preview_of,
    upload,
    wrong_rows_of,
)
from exchange.models import ImportBatch, OutboxItem, WorkerBeat
from exchange.resources import find, offered_to
from exchange.services import send_again
from exchange.writing import XLSX, template_of, to_xlsx
from staff.services import client_address
from staff.views import PrivateRecordMixin, PrivateView

SHOWN = 200
State = ImportBatch.State


def as_file(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A response that the browser saves; the name may be Japanese (RFC 5987)."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


class SpreadsheetIndexView(PrivateView, TemplateView):
    """The kinds of rows that this person may bring in or take out."""

    template_name = "exchange/index.html"
    page_title = gettext_lazy("Spreadsheets")
    header_icon = "table"

    def check_permission(self, user) -> None:
        if not offered_to(user):
            raise PermissionDenied

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "entries": [
                {
                    "label": entry.label,
                    "url": reverse("exchange:import", args=[entry.name]),
                    "may_import": entry.may_import(user),
                    "may_export": entry.may_export(user),
                }
                for entry in offered_to(user)
            ]
        }


class ResourceView(PrivateView):
    """A page about one kind of rows; an unknown kind does not exist."""

    index_url_name = "exchange:index"
    index_title = gettext_lazy("Spreadsheets")
    header_icon = "table"
    needs_import = True
    entry = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.entry = find(kwargs["name"])

    def check_permission(self, user) -> None:
        entry = self.entry
        if entry is None:
            raise Http404
        allowed = entry.may_import(user)
        if not self.needs_import:
            allowed = allowed or entry.may_export(user)
        if not allowed:
            raise PermissionDenied

    def get_page_title(self):
        return str(self.entry.label)


class ResourcePageView(ResourceView, TemplateView):
    """The page of a kind: template, upload, export, and what was taken in before."""

    template_name = "exchange/resource.html"
    needs_import = False

    def post(self, request, *args, **kwargs):
        """Check the uploaded file; its result has a page of its own."""
        if not self.entry.may_import(request.user):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = upload(
                    self.entry,
                    by=request.user,
                    file_name=file.name,
                    content=file.read(),
                    encoding=form.cleaned_data["encoding"],
                )
            except ValidationError as error:
                form.add_error("file", ValidationError(error.messages))
            else:
                return redirect("exchange:batch", self.entry.name, batch.pk)
        return self.render_to_response(self.get_context_data(upload_form=form))

    def get_context_data(self, **kwargs):
        user, entry = self.request.user, self.entry
        resource = entry.for_user(user)
        filter_form = resource.filter_form_class
        batches = ImportBatch.objects.visible_to(user).filter(resource=entry.name)
        return {
            "upload_form": UploadForm(),
            "export_form": ExportForm(),
            "filter_form": filter_form() if filter_form else None,
            **super().get_context_data(**kwargs),
            "entry": entry,
            "may_import": entry.may_import(user),
            "may_export": entry.may_export(user),
            "batches": batches.defer("content")[:20],
            "max_rows": resource.max_rows,
        }


class TemplateFileView(ResourceView, TemplateView):
    """The workbook to fill in."""

    def get(self, request, *args, **kwargs):
        with translation.override("ja"):
            content = template_of(self.entry.for_user(request.user))
            name = f"{self.entry.label}_記入用.xlsx"
        return as_file(content, name, XLSX)


class ExportView(ResourceView, TemplateView):
    """A file of all rows this person may see, or the signs it would lose."""

    template_name = "exchange/losses.html"
    http_method_names = ["post"]

    def check_permission(self, user) -> None:
        if self.entry is None:
            raise Http404
        if not self.entry.may_export(user):
            raise PermissionDenied

    def post(self, request, *args, **kwargs):
        form = ExportForm(request.POST)
        narrowing = self.entry.for_user(request.user).filter_form_class
        chosen = narrowing(request.POST) if narrowing else None
        if not form.is_valid() or (chosen and not chosen.is_valid()):
            messages.error(request, _("Choose the format again."))
            return redirect("exchange:import", self.entry.name)
        try:
            file = export(
                self.entry,
                by=request.user,
                choices=chosen.cleaned_data if chosen else {},
                ip=client_address(request),
                **form.cleaned_data,
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("exchange:import", self.entry.name)
        if file.losses and not form.cleaned_data["accept_losses"]:
            return self.render_to_response(
                self.get_context_data(
                    losses=file.losses[:SHOWN],
                    total=len(file.losses),
                    kept=[
                        (name, value)
                        for name, value in request.POST.items()
                        if name not in ("csrfmiddlewaretoken", "file_format")
                    ],
                    entry=self.entry,
                )
            )
        return as_file(file.content, file.name, file.content_type)


class BatchView(PrivateRecordMixin, ResourceView, TemplateView):
    """What an uploaded file would do, or did: for the person who uploaded it."""

    model = ImportBatch
    template_name = "exchange/batch.html"
    needs_import = True

    def get_queryset(self):
        return ImportBatch.objects.filter(resource=self.kwargs["name"])

    def get_page_title(self):
        return f"{self.entry.label} {self.object}"

    def get_breadcrumbs_items(self):
        items = super().get_breadcrumbs_items()
        url = reverse("exchange:import", args=[self.entry.name])
        return [*items[:-1], {"url": url, "label": str(self.entry.label)}, items[-1]]

    def here(self):
        return redirect("exchange:batch", self.entry.name, self.object.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "batch": self.object,
            "entry": self.entry,
            "counts": self.object.counts,
            "is_open": self.object.state == State.PREVIEWED,
        }
        if context["is_open"]:
            context |= self.get_outcome()
        return context

    def get_outcome(self) -> dict:
        """What the file would do now, or why it cannot be told any more."""
        try:
            found = preview_of(self.object)
        except ValidationError as error:
            return {"unreadable": " ".join(error.messages)}
        return {
            "counts": found.counts,
            "problems": found.problems[:SHOWN],
            "problem_total": len(found.problems),
            "changes": found.changes[:SHOWN],
            "change_total": len(found.changes),
            "unknown": found.unknown,
            "is_stale": found.fingerprint != self.object.fingerprint,
            "is_wrong": bool(found.problems),
            "has_changes": bool(found.changes),
        }


class BatchActView(BatchView):
    """Something done with an uploaded file; a refusal stands above its page."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs) -> HttpResponseRedirect:
        try:
            return self.act(request)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.here()


class ConfirmView(BatchActView):
    """Take the file in."""

    def act(self, request):
        leave = "leave_wrong_rows" in request.POST
        counts = confirm(
            self.object,
            by=request.user,
            shown=request.POST.get("fingerprint", ""),
            leave_wrong_rows=leave,
        )
        messages.success(
            request,
            _("Taken in: %(new)s new, %(changed)s changed, %(same)s without change.")
            % counts,
        )
        return self.here()


class CheckAgainView(BatchActView):
    """Look at the outcome of today as the one to confirm."""

    def act(self, request):
        check_again(self.object, by=request.user)
        return self.here()


class DropView(BatchActView):
    """Give the file up."""

    def act(self, request):
        drop(self.object, by=request.user)
        messages.success(request, _("The file was dropped. Nothing was taken in."))
        return redirect("exchange:import", self.entry.name)


class WrongRowsView(BatchView):
    """The rows with errors as a workbook, with the reasons in a column of their own."""

    def get(self, request, *args, **kwargs):
        if self.object.state != State.PREVIEWED:
            raise Http404
        try:
            headings, rows = wrong_rows_of(preview_of(self.object))
        except ValidationError:
            raise Http404 from None
        name = f"{self.entry.label}_エラー行_{timezone.localdate():%Y%m%d}.xlsx"
        return as_file(to_xlsx(headings, rows), name, XLSX)


class OutboxView(PrivateView, TemplateView):
    """What was given up or is late, and whether a worker is alive."""

    template_name = "exchange/outbox.html"
    permission_required = "exchange.view_outboxitem"
    page_title = gettext_lazy("Things to send")
    header_icon = "mail"

    def get_context_data(self, **kwargs):
        stuck = OutboxItem.objects.stuck(timezone.now())
        pages = Paginator(stuck, 50)
        beat = WorkerBeat.objects.order_by("-at").first()
        return super().get_context_data(**kwargs) | {
            "items": pages.get_page(self.request.GET.get("p")),
            "waiting": OutboxItem.objects.filter(done_at=None, dead_at=None).count(),
            "last_beat": beat.at if beat else None,
            "is_worker_silent": WorkerBeat.is_silent(),
        }


class SendAgainView(PrivateView, TemplateView):
    """Let one item be tried again at once."""

    permission_required = "exchange.view_outboxitem"
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        item = get_object_or_404(OutboxItem, pk=kwargs["pk"])
        try:
            send_again(item, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("It will be tried again in a moment."))
        return redirect("exchange:outbox")
