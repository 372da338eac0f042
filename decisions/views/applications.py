"""The pages of applications for use."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions import rules, services
from decisions.forms import (
    AnswerForm,
    ApplicationForm,
    ApplicationWithCaseForm,
    InquiryForm,
    ReasonForm,
)
from decisions.models import Decision, PlacementInquiry, UseApplication
from decisions.views.base import CaseDoor, CityPage
from staff.views import PrivateActView, PrivateCreateView, PrivateDetailView

FIELDS = ["received_on", "applicant", "relation", "site", "wished_days", "reason"]


class ApplicationDetail(CityPage, PrivateDetailView):
    """An application with the inquiries at sites and the decisions on it."""

    template_name = "decisions/application.html"
    permission_required = "decisions.view_useapplication"

    def get_queryset(self):
        return UseApplication.objects.select_related("case", "site", "recorded_by")

    def get_context_data(self, **kwargs):
        user, application = self.request.user, self.object
        is_open = application.state == UseApplication.State.RECEIVED
        may_change = user.has_perm("decisions.change_useapplication") and is_open
        inquiries = PlacementInquiry.objects.visible_to(user).filter(
            application=application
        )
        decisions = Decision.objects.visible_to(user).filter(application=application)
        has_live = decisions.filter(state__in=services.LIVE).exists()
        may_draft = rules.may_draft(user, Decision.Kind.USE, application.case)
        return super().get_context_data(**kwargs) | {
            "inquiries": inquiries.select_related("site"),
            "decisions": decisions.select_related("case", "site"),
            "may_change": may_change,
            "may_draft": may_draft and is_open and not has_live,
        }


class RecordApplication(CityPage, PrivateCreateView):
    """Record an application for a case that is named by its number."""

    form_class = ApplicationWithCaseForm
    permission_required = "decisions.add_useapplication"
    page_title = _("Record an application")
    submit_label = _("Record the application")
    success_message = _("The application was recorded.")

    def get_initial(self):
        return {"received_on": timezone.localdate()}

    def act(self, form):
        values = {name: form.cleaned_data[name] for name in FIELDS}
        case = form.cleaned_data["case"]
        return services.record_application(case, by=self.request.user, **values)


class RecordApplicationOfCase(CaseDoor, PrivateActView):
    """Record an application from the page of its case."""

    form_class = ApplicationForm
    permission_required = "decisions.add_useapplication"
    page_title = _("Record of an application")
    submit_label = _("Record the application")
    success_message = _("The application was recorded.")

    def get_initial(self):
        guardian = self.object.child.guardians.first()
        return {
            "received_on": timezone.localdate(),
            "applicant": guardian.name if guardian else "",
            "relation": guardian.relation if guardian else "",
        }

    def act(self, form):
        values = {name: form.cleaned_data[name] for name in FIELDS}
        return services.record_application(self.object, by=self.request.user, **values)


class WithdrawApplication(CityPage, PrivateActView):
    """Note that the family withdrew its application."""

    form_class = ReasonForm
    permission_required = "decisions.change_useapplication"
    submit_label = _("Record the withdrawal")
    success_message = _("The withdrawal was recorded.")

    def act(self, form):
        return services.withdraw_application(
            self.object, reason=form.cleaned_data["reason"], by=self.request.user
        )


class AskSite(CityPage, PrivateActView):
    """Note that a site was asked."""

    form_class = InquiryForm
    permission_required = "decisions.change_useapplication"
    submit_label = _("Record the inquiry")
    success_message = _("The inquiry was recorded.")

    def get_initial(self):
        return {"site": self.object.site_id, "asked_on": timezone.localdate()}

    def act(self, form):
        return services.ask_site(
            self.object,
            site=form.cleaned_data["site"],
            asked_on=form.cleaned_data["asked_on"],
            note=form.cleaned_data["note"],
            by=self.request.user,
        )

    def get_target_url(self, target) -> str:
        return self.object.get_admin_url()


class RecordAnswer(CityPage, PrivateActView):
    """Record what a site answered."""

    form_class = AnswerForm
    permission_required = "decisions.change_useapplication"
    submit_label = _("Record the answer")
    success_message = _("The answer was recorded.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"application": self.object}

    def act(self, form):
        inquiry = form.cleaned_data["inquiry"]
        if inquiry is None:
            raise ValidationError(_("No site was asked yet."))
        return services.record_answer(
            inquiry,
            answer=form.cleaned_data["answer"],
            note=form.cleaned_data["note"],
            by=self.request.user,
        )

    def get_target_url(self, target) -> str:
        return self.object.get_admin_url()
