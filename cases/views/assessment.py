"""Screens about one assessment: written by one person, confirmed by another."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.forms import (
    AssessmentChangeForm,
    ReturnForm,
    RevisionForm,
    initial_of,
)
from cases.models import Assessment, Case
from staff.views import PrivateActView, PrivateDetailView

State = Assessment.State


def texts_of(assessment: Assessment) -> list[tuple[str, str]]:
    """Labels and texts of an assessment, as its pages show them."""
    field = assessment._meta.get_field
    choices = {
        "urgency": assessment.get_urgency_display(),
        "recommendation": assessment.get_recommendation_display(),
    }
    return [
        (
            field(name).verbose_name,
            choices.get(name, getattr(assessment, name)),
        )
        for name in Assessment.CONTENT
    ]


def is_lead_of(user, case: Case) -> bool:
    """Whether the person leads the unit in charge of the case."""
    posts = user.memberships.in_force()
    return posts.filter(unit=case.unit_id, role="case_worker", is_lead=True).exists()


class AssessmentDetailView(PrivateDetailView):
    """An assessment with its state and the acts allowed next."""

    permission_required = "cases.view_assessment"
    template_name = "cases/assessment.html"

    def get_queryset(self):
        return self.model.objects.select_related("case", "author", "confirmed_by")

    def get_page_title(self):
        return _("Assessment %(number)s") % {"number": str(self.object)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "texts": texts_of(self.object),
            "acts": self.acts(),
            "waits_for_another": self.object.state == State.SUBMITTED
            and self.object.author_id == self.request.user.pk,
        }

    def acts(self) -> list[tuple[str, str]]:
        """Labels and addresses of the acts that this reader may do next."""
        user, row = self.request.user, self.object
        acts = []
        if row.author_id == user.pk and row.state in Assessment.EDITABLE:
            acts = [("edit", _("Edit")), ("submit", _("Submit for confirmation"))]
        elif row.state == State.SUBMITTED and self.may_confirm():
            acts = [("confirm", _("Confirm")), ("return", _("Send back"))]
        return [
            (label, reverse(f"assessments:{act}", args=[row.pk])) for act, label in acts
        ]

    def may_confirm(self) -> bool:
        user, row = self.request.user, self.object
        return (
            user.has_perm("cases.confirm_assessment")
            and row.author_id != user.pk
            and is_lead_of(user, row.case)
        )


class AssessmentActView(PrivateActView):
    """An act on an assessment, open only in the states it starts from."""

    form_class = RevisionForm
    states: list[str] = []
    template_name = "cases/assessment_act.html"

    def get_queryset(self):
        return self.model.objects.select_related("case", "author")

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if self.object.state not in self.states:
            messages.error(
                request,
                _("This cannot be done in the state “%(state)s”.")
                % {"state": self.object.get_state_display()},
            )
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        return {"revision": self.object.revision}

    def get_page_title(self):
        return f"{self.page_title} {self.object}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"texts": texts_of(self.object)}


class EditView(AssessmentActView):
    """One's own draft. What somebody saved in between is shown, nothing is lost."""

    permission_required = "cases.change_assessment"
    form_class = AssessmentChangeForm
    template_name = "cases/assessment_edit.html"
    states = Assessment.EDITABLE
    page_title = gettext_lazy("Edit the assessment")
    success_message = gettext_lazy("The draft of the assessment was saved.")

    def get_initial(self):
        return initial_of(self.object, [*Assessment.CONTENT, "revision"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shows_stored": getattr(self, "is_stale", False)
        }

    def refuse(self, form, error: ValidationError) -> HttpResponse:
        self.object.refresh_from_db()
        if getattr(error, "code", "") == "stale":
            # The next save is over the version that this page now shows.
            self.is_stale = True
            form.data = form.data.copy()
            form.data["revision"] = self.object.revision
        return super().refuse(form, error)

    def act(self, form):
        return services.change_assessment(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            values=form.content(),
        )


class SubmitView(AssessmentActView):
    """Ask for confirmation."""

    permission_required = "cases.change_assessment"
    states = Assessment.EDITABLE
    page_title = gettext_lazy("Submit for confirmation")
    submit_label = gettext_lazy("Submit for confirmation")
    success_message = gettext_lazy("The assessment now waits for confirmation.")
    intro = gettext_lazy("The text stays as it is from now on, unless it is sent back.")

    def act(self, form):
        return services.submit_assessment(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
        )


class ConfirmView(AssessmentActView):
    """Confirm exactly the version that is shown here."""

    permission_required = "cases.confirm_assessment"
    states = [State.SUBMITTED]
    page_title = gettext_lazy("Confirm the assessment")
    submit_label = gettext_lazy("Confirm")
    success_message = gettext_lazy("The assessment was confirmed.")
    intro = gettext_lazy(
        "You confirm the text below for the organisation. It cannot be changed then."
    )

    def act(self, form):
        return services.confirm_assessment(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
        )


class ReturnView(AssessmentActView):
    """Send it back to its author, with the reason."""

    permission_required = "cases.confirm_assessment"
    form_class = ReturnForm
    states = [State.SUBMITTED]
    page_title = gettext_lazy("Send the assessment back")
    submit_label = gettext_lazy("Send back")
    success_message = gettext_lazy("The assessment was sent back.")

    def act(self, form):
        return services.return_assessment(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            reason=form.cleaned_data["reason"],
        )
