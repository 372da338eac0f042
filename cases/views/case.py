"""Screens about one case: its page, and what is added to it."""

from django.contrib import messages
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.forms import (
    AssessmentForm,
    ChildChangeForm,
    ConsentForm,
    ContactForm,
    GuardianForm,
    WorkerForm,
    initial_of,
)
from cases.models import Assessment, Case, ContactLog, Guardian
from cases.panels import Panel, panels_for
from cases.querysets import reads_council_check
from staff.forms import PrivateForm
from staff.models import Partner
from staff.views import PrivateActView, PrivateDetailView

ACTS = [
    ("contact", gettext_lazy("Add a contact record"), "cases.add_contactlog"),
    ("assessment", gettext_lazy("Write an assessment"), "cases.add_assessment"),
    ("consent", gettext_lazy("Record a consent"), "cases.add_consent"),
    ("child", gettext_lazy("Change the child's facts"), "cases.add_case"),
    ("guardian", gettext_lazy("Add a guardian"), "cases.add_case"),
    ("worker", gettext_lazy("Name the case worker"), "cases.add_case"),
    ("restrict", gettext_lazy("Hand over: on the council's list"), "cases.add_case"),
]


class CaseDetailView(PrivateDetailView):
    """A case as far as its reader may know it, with the panels of higher rooms."""

    permission_required = "cases.view_case"
    template_name = "cases/case.html"

    def get_queryset(self):
        return self.model.objects.select_related("child__school", "unit", "worker")

    def get_page_title(self):
        return _("Case %(number)s") % {"number": self.object.number}

    def get_context_data(self, **kwargs):
        user, case = self.request.user, self.object
        contacts = ContactLog.objects.visible_to(user).filter(case=case)
        return super().get_context_data(**kwargs) | {
            "facts": case.facts_for(user),
            "contacts": contacts.select_related("author"),
            "panels": [self.drawn(panel) for panel in panels_for(self.request, case)],
            "acts": self.acts(),
            "may_change": self.may("cases.add_case"),
        }

    def drawn(self, panel: Panel) -> dict:
        """A panel with its template filled in from its own context."""
        html = render_to_string(panel["template"], panel["context"], self.request)
        return {**panel, "html": html}

    def may(self, permission: str) -> bool:
        works = Case.objects.worked_by(self.request.user).filter(pk=self.object.pk)
        return self.request.user.has_perm(permission) and works.exists()

    def acts(self) -> list[tuple[str, str]]:
        """Labels and addresses of what this reader may add."""
        works = Case.objects.worked_by(self.request.user).filter(pk=self.object.pk)
        if not works.exists():
            return []
        return [
            (label, reverse(f"cases:{act}", args=[self.object.pk]))
            for act, label, permission in ACTS
            if self.request.user.has_perm(permission)
            and not (act == "restrict" and self.object.is_restricted)
        ]


class ContactView(PrivateActView):
    """A conversation: with whom, when, what was said, and who may read it."""

    permission_required = "cases.add_contactlog"
    form_class = ContactForm
    page_title = gettext_lazy("Add a contact record")
    success_message = gettext_lazy("The contact record was added.")
    intro = gettext_lazy(
        "A record is not changed afterwards; add another one to correct it."
    )

    def get_initial(self):
        visibility = ContactLog.Visibility
        # What is chosen beforehand must not tell others who is on the list.
        knows = reads_council_check(self.request.user)
        restricted = knows and self.object.is_restricted
        return {
            "day": timezone.localdate(),
            "visibility": visibility.RESTRICTED if restricted else visibility.CITY,
        }

    def act(self, form):
        data = form.cleaned_data
        services.add_contact(
            self.object,
            by=self.request.user,
            kind=data["kind"],
            at=form.moment(),
            with_whom=data["with_whom"],
            body=data["body"],
            visibility=data["visibility"],
        )
        return self.object

    def get_page_title(self):
        return f"{self.page_title} {self.object.number}"


class ConsentView(ContactView):
    """A consent of the family, or why there is none."""

    permission_required = "cases.add_consent"
    form_class = ConsentForm
    page_title = gettext_lazy("Record a consent")
    success_message = gettext_lazy("The consent was recorded.")
    intro = gettext_lazy(
        "Help does not wait for a consent. Where there is none, write down why."
    )

    def get_initial(self):
        return {}

    def act(self, form):
        services.add_consent(self.object, by=self.request.user, **form.cleaned_data)
        return self.object


class ChildView(ContactView):
    """The facts of the child of this case."""

    permission_required = "cases.add_case"
    form_class = ChildChangeForm
    page_title = gettext_lazy("Change the child's facts")
    success_message = gettext_lazy("The child's facts were saved.")
    intro = gettext_lazy("Names are kept exactly as they are typed.")

    def get_initial(self):
        child = self.object.child
        return initial_of(child, [*ChildChangeForm.CHILD, "revision"])

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        current = Partner.objects.filter(pk=self.object.child.school_id)
        form.fields["school"].queryset |= current
        return form

    def act(self, form):
        services.change_child(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            values=form.child_values(),
        )
        return self.object


class GuardianView(ContactView):
    """An adult who looks after the child: a new one, or one of this child."""

    permission_required = "cases.add_case"
    form_class = GuardianForm
    page_title = gettext_lazy("Guardian")
    success_message = gettext_lazy("The guardian was saved.")
    intro = ""

    def guardian(self) -> Guardian | None:
        """The adult that the address names, if it is one of this child."""
        wanted = self.request.GET.get("guardian", "")
        if not wanted:
            return None
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
            raise Http404
        found = self.object.child.guardians.filter(pk=int(wanted)).first()
        if found is None:
            raise Http404
        return found

    def get_initial(self):
        guardian = self.guardian()
        values = initial_of(guardian, GuardianForm.GUARDIAN) if guardian else {}
        return values | {"revision": self.object.child.revision}

    def act(self, form):
        services.save_guardian(
            self.object,
            by=self.request.user,
            revision=form.cleaned_data["revision"],
            values=form.guardian_values(),
            guardian=self.guardian(),
        )
        return self.object


class WorkerView(ContactView):
    """Who works on the case."""

    permission_required = "cases.add_case"
    form_class = WorkerForm
    page_title = gettext_lazy("Name the case worker")
    success_message = gettext_lazy("The case worker was recorded.")
    intro = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"unit": self.object.unit}

    def get_initial(self):
        return {"worker": self.object.worker_id, "shown": self.object.worker_id or ""}

    def act(self, form):
        data = form.cleaned_data
        return services.set_worker(
            self.object,
            by=self.request.user,
            worker=data["worker"],
            shown=data["shown"],
        )


class RestrictView(ContactView):
    """The hand-over of a case whose child turns out to be on the council's list."""

    permission_required = "cases.add_case"
    form_class = PrivateForm
    page_title = gettext_lazy("Hand over: on the council's list")
    submit_label = gettext_lazy("Hand over this case")
    success_message = ""
    intro = gettext_lazy(
        "The case goes to the unit that protects children on the list, for good. From"
        " then on it does not open for your unit. Finish what you have to write first."
    )

    def get_initial(self):
        return {}

    def act(self, form):
        return services.restrict_case(self.object, by=self.request.user)

    def get_target_url(self, target) -> str:
        messages.success(
            self.request,
            _("%(number)s was handed over to the unit that protects listed children.")
            % {"number": target.number},
        )
        visible = Case.objects.visible_to(self.request.user).filter(pk=target.pk)
        return target.get_admin_url() if visible else reverse(self.index_url_name)


class AssessmentStartView(ContactView):
    """The next version of the assessment, begun from the last confirmed one."""

    permission_required = "cases.add_assessment"
    form_class = AssessmentForm
    page_title = gettext_lazy("Write an assessment")
    success_message = gettext_lazy("The draft of the assessment was saved.")
    intro = gettext_lazy(
        "This is saved as a draft. It counts once somebody else has confirmed it."
    )

    def get_initial(self):
        last = Assessment.objects.filter(
            case=self.object, state=Assessment.State.CONFIRMED
        ).first()
        return initial_of(last, Assessment.CONTENT) if last else {}

    def act(self, form):
        return services.start_assessment(
            self.object, by=self.request.user, **form.content()
        )
