"""The page from which answers are exported: for those with that right, and logged."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from forms.desk.listing import FilterForm, narrowed
from forms.models import FormDefinition, FormVersion, Handling, Submission
from forms.querysets import rights_of
from forms.services.export_jobs import ask_for
from forms.services.exporting import (
    AT_ONCE,
    FORMATS,
    Made,
    Wish,
    export_answers,
    keys_for,
)
from forms.views.inbox import InboxMixin, keys_in
from staff.forms import PrivateForm
from staff.services import client_address
from staff.views import PrivateFormMixin

SHOWN = 200
# Of the filter, what says only how the list looks.
LOOKS = ("order", "size")
LABELS = {
    "csv": gettext_lazy("CSV (UTF-8)"),
    "cp932": gettext_lazy("CSV (Shift_JIS, for old programs)"),
    "xlsx": gettext_lazy("Excel (.xlsx)"),
    "json": gettext_lazy("JSON (for programs)"),
}


class ExportForm(PrivateForm):
    """Which form, in which format, and with the sensitive answers only for a reason."""

    form = forms.ModelChoiceField(None, label=gettext_lazy("Form"), empty_label=None)
    file_format = forms.ChoiceField(
        label=gettext_lazy("File format"),
        choices=[(name, LABELS[name]) for name in FORMATS],
        initial="csv",
        widget=forms.RadioSelect,
    )
    version = forms.ChoiceField(
        label=gettext_lazy("Sheet (for CSV)"),
        required=False,
        help_text=gettext_lazy("Excel has all sheets in one file."),
    )
    with_sensitive = forms.BooleanField(
        label=gettext_lazy("With the sensitive answers"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the sensitive answers are needed"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("It stands in the audit log. Write no name."),
    )
    accept_losses = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        exported = rights_of(self.user).export
        offered = FormDefinition.objects.filter(versions__isnull=False).distinct()
        if None not in exported:
            offered = offered.filter(pk__in=exported)
        self.fields["form"].queryset = offered.order_by("title")
        numbers = FormVersion.objects.filter(form__in=offered).order_by("-number")
        numbers = numbers.values_list("number", flat=True).distinct()[:60]
        self.fields["version"].choices = [
            ("", _("All answers")),
            *((name := _("Version %(number)s") % {"number": n}, name) for n in numbers),
            (_("Dictionary"), _("Dictionary")),
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("with_sensitive") and not cleaned.get("reason", "").strip():
            self.add_error(
                "reason", _("Write why the sensitive answers must leave with it.")
            )
        return cleaned


class ExportView(InboxMixin, PrivateFormMixin, FormView):
    """The choice of rows that the list had, or the ticked ones; then the file."""

    template_name = "forms/inbox/export.html"
    form_class = ExportForm
    page_title = gettext_lazy("Export")
    submit_label = gettext_lazy("Save the file")
    intro = gettext_lazy(
        "What leaves is written down: who, when, which rows. Keep the file where only"
        " those see it who need it, and delete it afterwards. A large file is made in"
        " the background: you get a page that says when it is ready."
    )

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if not rights_of(user).export:
            raise PermissionDenied

    @cached_property
    def picks(self) -> list[int]:
        """The ticked rows; none of them for all rows of the filter."""
        return keys_in(self.request.POST.getlist("pick"))[:1000]

    @cached_property
    def filter_form(self) -> FilterForm:
        return FilterForm(self.request.GET, user=self.request.user)

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if "file_format" not in self.request.POST:
            kwargs.pop("data", None)
            kwargs.pop("files", None)
        return kwargs

    def get_initial(self):
        first = Submission.objects.exportable_by(self.request.user).filter(
            pk__in=self.picks
        )
        chosen = first.values_list("form", flat=True).first()
        return {"form": chosen or self.filter_form.chosen().get("form")}

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "file_format" not in request.POST:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponse:
        data, user = form.cleaned_data, self.request.user
        asked = self.filter_form.chosen() | {"form": data["form"]}
        rows = narrowed(Handling.objects.all(), asked, user)
        if self.picks:
            rows, asked = Handling.objects.filter(pk__in=self.picks), {"picked": True}
        wish = Wish(
            form=data["form"],
            file_format=data["file_format"],
            table=data["version"],
            reason=data["reason"] if data["with_sensitive"] else "",
            asked={n: getattr(v, "pk", v) for n, v in asked.items() if n not in LOOKS},
        )
        ip = client_address(self.request)
        try:
            rows = Submission.objects.filter(pk__in=rows.values("pk"))
            keys = keys_for(wish.form, rows, user)
            if len(keys) > AT_ONCE:
                return redirect(ask_for(wish, keys, by=user, ip=ip).get_admin_url())
            accepted = data["accept_losses"]
            made = export_answers(wish, keys, by=user, accept_losses=accepted, ip=ip)
        except ValidationError as error:
            return self.refuse(form, error)
        return self.send(form, made)

    def send(self, form, made: Made) -> HttpResponse:
        """The file; or first, what would be lost in it."""
        data = form.cleaned_data
        if made.lost and not data["accept_losses"]:
            made.file.close()
            return self.show_losses(form, made)
        response = FileResponse(
            made.file,
            as_attachment=True,
            filename=made.name,
            content_type=made.content_type,
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def show_losses(self, form, made: Made) -> HttpResponse:
        kept = [
            (name, value)
            for name in self.request.POST
            if name not in ("csrfmiddlewaretoken", "file_format", "accept_losses")
            for value in self.request.POST.getlist(name)
        ]
        context = self.get_context_data(
            form=form, losses=made.losses[:SHOWN], total=made.lost, kept=kept
        )
        self.template_name = "forms/inbox/losses.html"
        return self.render_to_response(context)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "picks": self.picks,
            "is_unsaved": False,
            "query": self.request.GET.urlencode(),
        }

    def get_cancel_url(self) -> str:
        return reverse("inbox:index")
