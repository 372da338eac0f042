"""The base of every staff screen about private records.

Each view begins at one door: the record is found among those ``visible_to`` the
user, or the answer is 404, the same as for a number that does not exist. Then the
permission is asked, then the reading is written down, then the page is shown.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from staff.services import record_denial, record_reading


class PrivateView(WagtailAdminTemplateMixin):
    """A staff page. The viewset fills in ``model``, ``index_url`` and ``url_for``."""

    model = None
    permission_required: str = ""
    index_url_name: str = ""
    index_title: str = ""
    header_icon = "doc-full"

    def dispatch(self, request, *args, **kwargs):
        self.check_permission(request.user)
        return super().dispatch(request, *args, **kwargs)

    def check_permission(self, user) -> None:
        if not user.has_perm(self.permission_required):
            raise PermissionDenied

    def get_breadcrumbs_items(self):
        from django.urls import reverse

        items = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
        if self.index_url_name:
            items.append(
                {"url": reverse(self.index_url_name), "label": self.index_title}
            )
        here = {"label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*items, {"url": "", **here}]


class PrivateRecordMixin(PrivateView):
    """A page about one record: 404 where it is hidden, an audit event where not."""

    audit_event: str = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.object = None
        if request.user.is_authenticated:
            self.object = self.get_object()

    def get_queryset(self):
        return self.model.objects.all()

    def get_object(self):
        """The record by the ``pk`` in the address, if this user may see it."""
        pk = self.kwargs["pk"]
        visible = self.get_queryset().visible_to(self.request.user)
        record = visible.filter(pk=pk).first()
        if record is None:
            hidden = self.model.objects.filter(pk=pk).first()
            if hidden is not None:
                record_denial(self.request, hidden)
            raise Http404
        return record

    def dispatch(self, request, *args, **kwargs):
        if self.object is None:
            raise Http404
        self.check_permission(request.user)
        record_reading(request, self.object, event=self.audit_event)
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self):
        return f"{self.model._meta.verbose_name} {self.object}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.object}


class PrivateDetailView(PrivateRecordMixin, TemplateView):
    """One record, read only, with the acts its reader may do next."""


def name_what_is_missing(form: forms.BaseForm) -> None:
    """Let each field that is left empty say its own name, not “this field”."""
    default = forms.Field.default_error_messages["required"]
    for name, field in form.fields.items():
        if field.error_messages.get("required") is not default:
            continue
        is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
        sentence = _("Choose: %(field)s.") if is_choice else _("Fill in: %(field)s.")
        field.error_messages["required"] = sentence % {"field": form[name].label}


class PrivateFormMixin(PrivateView):
    """A form whose write is one call of a service; its refusals stay on the page."""

    template_name = "staff/record_form.html"
    success_message = ""
    submit_label = ""
    intro = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        name_what_is_missing(form)
        return form

    def act(self, form):
        """Do the write; return the record to go to. Services raise ValidationError."""
        raise ValidationError("This view names no act.")

    def form_valid(self, form) -> HttpResponse:
        try:
            target = self.act(form)
        except ValidationError as error:
            return self.refuse(form, error)
        if self.success_message:
            messages.success(self.request, self.success_message)
        return redirect(self.get_target_url(target))

    def refuse(self, form, error: ValidationError) -> HttpResponse:
        """Show the form again with the refusal, everything typed kept."""
        known = getattr(error, "error_dict", None) or {}
        if known and all(name in form.fields for name in known):
            form.add_error(None, error)
        else:
            for message in error.messages:
                form.add_error(None, message)
        return self.form_invalid(form)

    def get_target_url(self, target) -> str:
        return target.get_admin_url()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "submit_label": self.submit_label or _("Save"),
            "intro": self.intro,
            "cancel_url": self.get_cancel_url(),
            "is_unsaved": context["form"].is_bound,
        }

    def get_cancel_url(self) -> str:
        from django.urls import reverse

        return reverse(self.index_url_name)


class PrivateCreateView(PrivateFormMixin, FormView):
    """A page that adds a record without starting from another one."""


class PrivateActView(PrivateRecordMixin, PrivateFormMixin, FormView):
    """A page that does something to one record; its title says what, and to which."""

    def get_page_title(self):
        act = self.page_title or self.submit_label
        return f"{act} {self.object}" if act else super().get_page_title()

    def get_cancel_url(self) -> str:
        return self.object.get_admin_url()


class PrivateFileView(PrivateRecordMixin, View):
    """The stored bytes of a paper, shown in the browser or saved."""

    def get_file(self) -> tuple[bytes, str]:
        """The bytes of the PDF and its neutral file name; Http404 if there is none."""
        raise Http404

    def get(self, request, *args, **kwargs) -> HttpResponse:
        content, name = self.get_file()
        response = HttpResponse(content, content_type="application/pdf")
        way = "attachment" if "download" in request.GET else "inline"
        response["Content-Disposition"] = f'{way}; filename="{name}"'
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
