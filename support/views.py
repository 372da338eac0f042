"""Staff screens of support plans. Every page passes the one door of ``staff.views``."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from decisions.models import Enrolment
from exchange.pdf import PdfError
from exchange.services import run_now
from staff.views import (
    PrivateActView,
    PrivateCreateView,
    PrivateDetailView,
    PrivateFileView,
    name_what_is_missing,
)
from support import rules, services
from support.documents import plan_pdf
from support.forms import (
    AcknowledgeForm,
    ActForm,
    AdviceForm,
    PlanForm,
    PlanParts,
    StartForm,
)
from support.models import PlanPaper, PlanVersion

KEPT = gettext_lazy("Required days stay as they were until you fill them in.")
RELATED = [
    "case__child",
    "case__unit",
    "enrolment__site",
    "author",
    "acknowledged_by",
    "confirmed_by",
]


def parts_of(plan: PlanVersion, user) -> dict[str, object]:
    """What the pages about a version show of it."""
    return {
        "plan": plan,
        "goals": plan.goals.all(),
        "services": plan.services.select_related("service"),
        "advice": plan.advice.visible_to(user).select_related("author"),
    }


class PlanMixin:
    """A page about one version, with what belongs to it in as few queries."""

    model = PlanVersion
    permission_required = "support.view_planversion"

    def get_queryset(self):
        return PlanVersion.objects.select_related(*RELATED)


class PlanDetailView(PlanMixin, PrivateDetailView):
    """A version, its advice, the versions before and after, and what to do next."""

    template_name = "support/plan.html"

    def get_context_data(self, **kwargs):
        plan, user = self.object, self.request.user
        versions = PlanVersion.objects.visible_to(user).filter(case=plan.case_id)
        context = super().get_context_data(**kwargs) | parts_of(plan, user)
        return context | {
            "acts": self.acts(),
            "versions": versions.select_related("case").order_by("-version"),
            "has_paper": PlanPaper.objects.filter(plan=plan).exists(),
        }

    def acts(self) -> list[tuple[str, str]]:
        """Label and address of what this reader may do with the version now."""
        plan, user = self.object, self.request.user
        offered = [
            (rules.may_write, _("Go on writing"), "edit"),
            (rules.may_write, _("Share with the city"), "share"),
            (rules.may_withdraw, _("Take back to correct"), "withdraw"),
            (rules.may_acknowledge, _("Acknowledge"), "acknowledge"),
            (rules.may_acknowledge, _("Advise only"), "advise"),
            (rules.may_confirm, _("Confirm the plan"), "confirm"),
        ]
        acts = [
            (label, reverse(f"plans:{name}", args=[plan.pk]))
            for may, label, name in offered
            if may(plan, user)
        ]
        if rules.may_follow(plan, user):
            url = f"{reverse('plans:add')}?enrolment={plan.enrolment_id}"
            acts.append((_("Write the next version"), url))
        return acts


class PlanStartView(PrivateCreateView):
    """Start a version for one of the own enrolments."""

    model = PlanVersion
    permission_required = "support.add_planversion"
    form_class = StartForm
    page_title = gettext_lazy("Write a plan")
    submit_label = gettext_lazy("Start writing")

    def get_initial(self):
        wanted = self.request.GET.get("enrolment", "")
        visible = Enrolment.objects.visible_to(self.request.user)
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 16
        number = int(wanted) if is_number else 0
        return {"enrolment": visible.filter(pk=number).first()}

    def act(self, form) -> PlanVersion:
        return services.start_plan(form.cleaned_data["enrolment"], by=self.request.user)

    def get_target_url(self, target) -> str:
        return reverse("plans:edit", args=[target.pk])


class PlanActView(PlanMixin, PrivateActView):
    """An act on a version. ``may`` says who does it at all, ``is_due`` when."""

    template_name = "support/act.html"
    form_class = ActForm
    may = None
    is_due = None
    heading = ""

    def check_permission(self, user) -> None:
        super().check_permission(user)
        if not type(self).may(self.object, user):
            raise PermissionDenied

    def get_page_title(self):
        return f"{self.heading} {self.object}"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if not type(self).is_due(self.object, request.user):
            messages.info(
                request,
                _("This cannot be done with the plan now. Here is how it stands."),
            )
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        return {"revision": self.object.revision}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context |= parts_of(self.object, self.request.user)
        return context | {"heading": self.heading}


class PlanShareView(PlanActView):
    """Show a draft to the city."""

    may, is_due = rules.is_writer, rules.may_write
    heading = submit_label = gettext_lazy("Share with the city")
    success_message = gettext_lazy("The plan is shared with the city.")
    intro = gettext_lazy(
        "The city's unit in charge reads the plan from now on. You can take it back to"
        " correct it until the city has acknowledged it."
    )

    def act(self, form) -> PlanVersion:
        return services.share_plan(
            self.object, by=self.request.user, revision=form.cleaned_data["revision"]
        )

    def refuse(self, form, error: ValidationError) -> HttpResponse:
        for sentence in sentences_of(error):
            form.add_error(None, sentence)
        return self.form_invalid(form)


class PlanWithdrawView(PlanActView):
    """Take a shared version back."""

    may, is_due = rules.is_writer, rules.may_withdraw
    heading = submit_label = gettext_lazy("Take back to correct")
    success_message = gettext_lazy("The plan is a draft again.")
    intro = gettext_lazy(
        "The city no longer sees this version until you share it again. Its advice"
        " stays with the plan."
    )

    def act(self, form) -> PlanVersion:
        return services.withdraw_sharing(
            self.object, by=self.request.user, revision=form.cleaned_data["revision"]
        )


class PlanAcknowledgeView(PlanActView):
    """The city notes that it knows the plan."""

    may, is_due = rules.is_acknowledger, rules.may_acknowledge
    form_class = AcknowledgeForm
    heading = submit_label = gettext_lazy("Acknowledge")
    success_message = gettext_lazy("The plan is acknowledged.")
    intro = gettext_lazy(
        "After this the operator can confirm the plan and no longer change it. If it"
        " should be changed first, go back and choose to advise only."
    )

    def act(self, form) -> PlanVersion:
        return services.acknowledge_plan(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            advice=form.cleaned_data["advice"],
        )


class PlanAdviseView(PlanActView):
    """Advice while the operator can still correct the plan."""

    may, is_due = rules.is_acknowledger, rules.may_acknowledge
    form_class = AdviceForm
    heading = submit_label = gettext_lazy("Give advice")
    success_message = gettext_lazy("The advice is given.")
    intro = gettext_lazy(
        "The operator reads this and may take the plan back to correct it. Advice"
        " cannot be changed afterwards."
    )

    def act(self, form) -> PlanVersion:
        return services.advise_plan(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            advice=form.cleaned_data["advice"],
        ).plan


class PlanConfirmView(PlanActView):
    """Confirm the version that is shown; its paper is made at once or by the worker."""

    may, is_due = rules.is_confirmer, rules.may_confirm
    heading = submit_label = gettext_lazy("Confirm the plan")
    success_message = gettext_lazy("The plan is confirmed.")
    intro = gettext_lazy(
        "A confirmed plan never changes. The version in force before is superseded,"
        " and the two-page paper is made and kept."
    )

    def act(self, form) -> PlanVersion:
        return services.confirm_plan(
            self.object, by=self.request.user, revision=form.cleaned_data["revision"]
        )

    def get_target_url(self, target) -> str:
        run_now(services.paper_key(target))
        return super().get_target_url(target)


class PlanEditView(PlanActView):
    """The whole plan on one page; saved as a draft, or saved and shared."""

    template_name = "support/plan_form.html"
    may, is_due = rules.is_writer, rules.may_write
    form_class = PlanForm
    heading = gettext_lazy("Write the plan")
    submit_label = gettext_lazy("Save as a draft")
    parts: PlanParts | None = None
    is_saved = False

    def get_initial(self):
        return {}

    def get_form_kwargs(self):
        # A copy: a form writes what was typed into its instance.
        plan = PlanVersion.objects.get(pk=self.object.pk)
        return super().get_form_kwargs() | {"instance": plan}

    def post(self, request, *args, **kwargs) -> HttpResponse:
        form = self.get_form()
        self.parts = PlanParts(self.object, request.POST)
        is_whole = self.parts.is_valid()
        if is_whole and (form.is_valid() or form.empty_days()):
            return self.form_valid(form)
        return self.form_invalid(form)

    def act(self, form) -> PlanVersion:
        plan = services.save_plan(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            values=form.values(),
            goals=self.parts.goal_values(),
            services=self.parts.service_values(),
        )
        messages.success(self.request, _("The draft is saved."))
        if form.empty_days():
            messages.warning(self.request, KEPT)
        return plan

    def form_valid(self, form) -> HttpResponse:
        try:
            plan = self.act(form)
        except ValidationError as error:
            return self.refuse(form, error)
        wants_share = "share" in self.request.POST
        if form.empty_days():
            return self.show_lacking(plan, rules.lacking(plan) if wants_share else {})
        if not wants_share:
            return redirect(plan.get_admin_url())
        try:
            services.share_plan(plan, by=self.request.user, revision=plan.revision)
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                return self.refuse(form, error)
            return self.show_lacking(plan, error.message_dict)
        messages.success(self.request, _("The plan is shared with the city."))
        return redirect(plan.get_admin_url())

    def show_lacking(self, plan: PlanVersion, lacking: rules.Lacking) -> HttpResponse:
        """The saved draft again, each lacking thing named at its field."""
        data = self.request.POST.copy()
        data["revision"] = str(plan.revision)
        form = PlanForm(data, user=self.request.user, instance=plan)
        name_what_is_missing(form)
        self.is_saved = not form.errors
        for name, sentences in lacking.items():
            if name == "goals":
                self.parts.goal_errors = sentences
            elif name == "services":
                self.parts.service_errors = sentences
            elif name not in form.errors:
                form.add_error(name if name in form.fields else None, sentences)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        sections = [
            (title, [form[name] for name in names])
            for title, names in PlanForm.SECTIONS
        ]
        parts = self.parts or PlanParts(self.object)
        context["is_unsaved"] &= not self.is_saved
        return context | {"sections": sections, "parts": parts}


def sentences_of(error: ValidationError) -> list[str]:
    """The sentences of a refusal, each with the label of its field before it."""
    if not hasattr(error, "error_dict"):
        return error.messages
    found = []
    for name, sentences in error.message_dict.items():
        fields = {f.name: f.verbose_name for f in PlanVersion._meta.concrete_fields}
        label = fields.get(name)
        found += [f"{label}: {s}" if label else s for s in sentences]
    return found


class PlanPaperView(PlanMixin, PrivateFileView):
    """The stored paper of a confirmed version: always the same bytes."""

    audit_event = "support.planversion.paper_opened"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if self.object.is_frozen and self.paper() is None:
            messages.info(request, _("The paper is being made. Try again in a minute."))
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def paper(self) -> PlanPaper | None:
        visible = PlanPaper.objects.visible_to(self.request.user)
        return visible.filter(plan=self.object).first()

    def get_file(self) -> tuple[bytes, str]:
        paper = self.paper()
        if paper is None:
            return super().get_file()
        return bytes(paper.pdf), f"{self.object}.pdf"


class PlanPreviewView(PlanMixin, PrivateFileView):
    """A version that is not confirmed yet as a paper marked 「案」; nothing is kept."""

    audit_event = "support.planversion.previewed"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if self.object.is_frozen:
            return redirect("plans:paper", self.object.pk)
        try:
            return super().get(request, *args, **kwargs)
        except PdfError as error:
            messages.error(request, str(error))
            return redirect(self.object.get_admin_url())

    def get_file(self) -> tuple[bytes, str]:
        return plan_pdf(self.object, is_draft=True), f"{self.object}-draft.pdf"
