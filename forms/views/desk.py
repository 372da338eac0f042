"""The staff screens beside the questions: period and places, and how it is received."""

from datetime import time, timedelta

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from forms.forms.desk import ConductForm, RowForm, WindowForm
from forms.models import FormDefinition, FormSettings, FormWindow
from forms.services.windows import number_text, places_left, save_beside
from forms.views.beside import screens_of
from staff.views import PrivateFormMixin


class BesideView(PrivateFormMixin, FormView):
    """A page over one row beside a form; without one, it begins as usual."""

    permission_required = "portal_forms.change_formdefinition"
    index_url_name = "forms_admin:list"
    index_title = _("Forms")
    header_icon = "form"
    template_name = "forms/desk_beside.html"
    row_model: type = FormWindow

    @cached_property
    def definition(self) -> FormDefinition:
        found = FormDefinition.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def row(self):
        found = self.row_model.objects.filter(form=self.definition).first()
        return found or self.row_model(form=self.definition)

    def get_page_subtitle(self):
        return str(self.definition)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"form": self.definition}

    def get_context_data(self, **kwargs):
        beside = screens_of(self.definition, self.request.path)
        return super().get_context_data(**kwargs) | {"beside": beside}

    def get_initial(self):
        names = self.form_class.names
        return {name: getattr(self.row, name) for name in names}

    @transaction.atomic
    def act(self, form: RowForm):
        typed = form.typed()
        changed = [n for n, value in typed.items() if getattr(self.row, n) != value]
        for name, value in typed.items():
            setattr(self.row, name, value)
        save_beside(self.row, by=self.request.user, changed=changed)
        return self.definition

    def get_target_url(self, target) -> str:
        return self.request.path

    def get_cancel_url(self) -> str:
        return reverse("forms_admin:edit", args=[self.definition.pk])


class WindowView(BesideView):
    """From when to when a form is received, and how many."""

    template_name = "forms/desk_window.html"
    form_class = WindowForm
    row_model = FormWindow
    page_title = _("Period and places")
    header_icon = "date"
    success_message = _("The period and the places were saved. They hold at once.")
    intro = _(
        "This holds at once, without publishing the form again. What is left empty"
        " sets no limit."
    )

    def get_initial(self):
        shown = super().get_initial()
        for part in ("opens", "closes"):
            at = getattr(self.row, f"{part}_at")
            local = timezone.localtime(at) if at else None
            if local and part == "closes" and local.time() == time.min:
                # Typed as a day without a time: it holds until that day is over.
                shown["closes_day"] = local.date() - timedelta(days=1)
            elif local:
                shown[f"{part}_day"] = local.date()
                shown[f"{part}_time"] = local.time().replace(second=0)
        return shown

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        known = FormWindow.objects.filter(form=self.definition).first()
        if known and known.capacity:
            context["places"] = known.capacity
            context["left"] = number_text(places_left(known))
        return context


class ConductView(BesideView):
    """Numbers, mails, drafts and guard of a form."""

    form_class = ConductForm
    row_model = FormSettings
    page_title = _("How the form is received")
    header_icon = "cogs"
    success_message = _("The settings were saved. They hold at once.")
    intro = _("This holds at once, without publishing the form again.")

    def get_initial(self):
        units = list(self.row.units.all()) if self.row.pk else []
        return super().get_initial() | {"units": units}

    @transaction.atomic
    def act(self, form):
        definition = super().act(form)
        self.row.units.set(form.cleaned_data["units"])
        return definition
