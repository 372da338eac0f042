"""The pages on which a decision is drafted, edited, handed on and withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from decisions import rules, services
from decisions.forms import DecisionForm, RevisionForm
from decisions.models import Decision, Enrolment, UseApplication
from decisions.views.base import CaseDoor, CityPage
from programs.models import ServiceType
from staff.views import PrivateActView

Kind = Decision.Kind


class DraftView(CityPage, PrivateActView):
    """A page with the form of a draft: what it is about, what it will lack."""

    form_class = DecisionForm
    template_name = "decisions/draft.html"
    permission_required = "decisions.view_decision"
    kind: str = ""
    submit_label = gettext_lazy("Save the draft")
    success_message = gettext_lazy("The draft was saved.")

    def get_case(self) -> Case:
        return self.object.case

    def get_kind(self) -> str:
        return self.kind

    def get_page_title(self):
        about = {"kind": Kind(self.get_kind()).label, "number": self.object}
        return _("Draft of %(kind)s %(number)s") % about

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if not rules.may_draft(user, self.get_kind(), self.get_case()):
            raise PermissionDenied

    def get_form_kwargs(self):
        about = {"case": self.get_case(), "kind": self.get_kind()}
        return super().get_form_kwargs() | about

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "case": self.get_case(),
            "kind": Kind(self.get_kind()).label,
            "attempts": rules.attempts(self.get_case())
            if self.get_kind() in Decision.BY_HEAD
            else None,
        }


class DraftOnApplication(DraftView):
    """Draft the use, or the refusal, that an application asks for."""

    def get_queryset(self):
        return UseApplication.objects.select_related("case", "site")

    def get_initial(self):
        application = self.object
        offered = ServiceType.objects.filter(is_optional=False)
        return {
            "site": application.site_id,
            "days": application.wished_days,
            "fee": application.site.fee_note[:100],
            "services": [service.pk for service in offered],
            "addressee": application.applicant,
        }

    def act(self, form):
        return services.draft_decision(
            self.object.case,
            kind=self.kind,
            by=self.request.user,
            values=form.values(),
            application=self.object,
            services=form.chosen_services(),
        )


class DraftUse(DraftOnApplication):
    """Draft a decision on use."""

    kind = Kind.USE


class DraftNoUse(DraftOnApplication):
    """Draft a refusal."""

    kind = Kind.NOT_USE


class DraftOnCase(CaseDoor, DraftView):
    """Draft from the page of a case, without an application."""

    def get_case(self) -> Case:
        return self.object

    def get_initial(self):
        guardian = self.object.child.guardians.first()
        return {"addressee": guardian.name if guardian else ""}

    def act(self, form):
        return services.draft_decision(
            self.object,
            kind=self.kind,
            by=self.request.user,
            values=form.values(),
            services=form.chosen_services(),
        )


class DraftRecommendation(DraftOnCase):
    """Draft a recommendation to use the programme (利用勧奨)."""

    kind = Kind.RECOMMEND


class DraftMeasure(DraftOnCase):
    """Draft a measure (措置)."""

    kind = Kind.MEASURE


class DraftEnd(DraftOnCase):
    """Draft the end of a use."""

    kind = Kind.END

    def get_initial(self):
        enrolments = Enrolment.objects.filter(case=self.object, ended_by=None)
        enrolment = enrolments.select_related("decision").first()
        if enrolment is None:
            return super().get_initial()
        return {
            "supersedes": enrolment.decision_id,
            "addressee": enrolment.decision.addressee,
        }


class EditDraft(DraftView):
    """Change one's own draft."""

    submit_label = gettext_lazy("Save the draft")

    def get_queryset(self):
        return Decision.objects.select_related("case", "application")

    def get_kind(self) -> str:
        return self.object.kind

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if self.object.drafted_by_id != user.pk:
            raise PermissionDenied

    def get(self, request, *args, **kwargs):
        if self.object.state not in Decision.EDITABLE:
            messages.error(
                request, _("This draft cannot be edited in its present state.")
            )
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        decision = self.object
        names = rules.FIELDS[decision.kind]
        initial = {name: getattr(decision, name) for name in names}
        return initial | {
            "services": [service.pk for service in decision.services.all()],
            "revision": decision.revision,
        }

    def act(self, form):
        return services.edit_decision(
            self.object,
            revision=form.cleaned_data["revision"] or 0,
            by=self.request.user,
            values=form.values(),
            services=form.chosen_services(),
        )


class RevisionView(CityPage, PrivateActView):
    """An act on a draft that asks for nothing but the revision that was shown."""

    form_class = RevisionForm
    permission_required = "decisions.view_decision"

    def get_initial(self):
        return {"revision": self.object.revision}


class Circulate(RevisionView):
    """Hand a draft to those who approve it."""

    submit_label = gettext_lazy("Hand on for approval")
    success_message = gettext_lazy("The draft was handed on for approval.")

    def act(self, form):
        revision = form.cleaned_data["revision"]
        return services.circulate(self.object, revision=revision, by=self.request.user)


class Withdraw(RevisionView):
    """Take a draft back for good."""

    intro = gettext_lazy(
        "The draft will be taken back for good. It stays on file. You can draft anew."
    )
    submit_label = gettext_lazy("Withdraw the draft")
    success_message = gettext_lazy("The draft was withdrawn.")

    def act(self, form):
        revision = form.cleaned_data["revision"]
        return services.withdraw(self.object, revision=revision, by=self.request.user)
