"""Screens about one referral: its page, and the acts that may come next."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import services
from cases.forms import (
    AcceptForm,
    ClosingForm,
    DuplicateForm,
    HearingForm,
    TriageForm,
    UrgencyForm,
    to_katakana,
)
from cases.models import Case, Child, ContactLog, Referral
from cases.querysets import reads_council_check
from cases.services.taking import ONLY_THE_UNIT
from cases.services.urgency import CODE as URGENCY_CODE
from cases.services.urgency import urgency_asked_for
from forms.corrected import ShownPage, answer_today, last_of, shown_pages
from forms.models import Submission, SubmissionMessage
from forms.services import mark_read
from staff.models import AuditEvent, Partner
from staff.services import client_address, record_event
from staff.views import PrivateActView, PrivateDetailView

ACT_LABELS = {
    "triage": gettext_lazy("Check the council's list"),
    "hearing": gettext_lazy("Record a hearing"),
    "accept": gettext_lazy("Accept and open a case"),
    "redirect": gettext_lazy("Lead to other help"),
    "duplicate": gettext_lazy("Close as a duplicate"),
    "withdraw": gettext_lazy("Close as withdrawn"),
}


class ReferralDetailView(PrivateDetailView):
    """A referral as it was sent, with what was done since and what may come next."""

    permission_required = "cases.view_referral"
    template_name = "cases/referral.html"

    def get_queryset(self):
        return self.model.objects.select_related(
            "partner",
            "unit",
            "submission__version",
            "submission__form",
            "case",
            "council_checked_by",
            "closed_by",
        )

    def get_page_title(self):
        return _("Referral %(number)s") % {"number": self.object.number}

    def get_context_data(self, **kwargs):
        user, referral = self.request.user, self.object
        contacts = ContactLog.objects.visible_to(user).filter(referral=referral)
        case = Case.objects.visible_to(user).filter(pk=referral.case_id).first()
        mark_read(referral.submission, reader=SubmissionMessage.Side.CITY)
        pages, acts = pages_today(referral.submission), self.acts()
        return super().get_context_data(**kwargs) | {
            "pages": pages,
            "corrected_urgency": corrected_urgency(referral, pages),
            "may_act": bool(acts),
            "contacts": contacts.select_related("author"),
            "case": case,
            "acts": acts,
            "shows_check": reads_council_check(user),
            "is_urgent": referral.urgency == Referral.Urgency.NOW,
            "is_open": referral.state in Referral.OPEN_STATES,
            "waiting_days": waiting_days(referral),
        }

    def acts(self) -> list[tuple[str, str]]:
        """Labels and addresses of the acts that are allowed next, the nearest first."""
        user = self.request.user
        works = Referral.objects.worked_by(user).filter(pk=self.object.pk)
        if not user.has_perm("cases.change_referral") or not works.exists():
            return []
        names = [act for act in ACT_LABELS if self.object.may(act)]
        labels = dict(ACT_LABELS)
        if self.object.council_check != Referral.CouncilCheck.NOT_YET:
            # What is left of the check is to correct it.
            names.sort(key="triage".__eq__)
            labels["triage"] = _("Correct the check of the list")
        return [
            (labels[act], reverse(f"referrals:{act}", args=[self.object.pk]))
            for act in names
        ]


def pages_today(submission: Submission) -> list[ShownPage]:
    """What was written, as the desk has corrected it since."""
    return shown_pages(submission, last_of(submission.corrections.select_related("by")))


def corrected_urgency(
    referral: Referral, pages: list[ShownPage]
) -> dict[str, str] | None:
    """The sender's answer of how urgent it is, where it was corrected to another level.

    ``was`` and ``now`` are the answers in words, ``to`` is the level.
    """
    items = (shown for page in pages for shown in page.items)
    shown = next(
        (s for s in items if s.item.code == URGENCY_CODE and s.is_corrected), None
    )
    if shown is None or referral.state not in Referral.OPEN_STATES:
        return None
    to = urgency_asked_for(referral.submission)
    if not to or to == referral.urgency:
        return None
    return {"was": shown.original, "now": shown.item.text, "to": to}


def waiting_days(referral: Referral) -> int:
    """How many days ago a referral came in, by the calendar in Japan."""
    return (timezone.localdate() - timezone.localdate(referral.received_at)).days


class ReferralActView(PrivateActView):
    """An act on a referral, open only while it may come next."""

    permission_required = "cases.change_referral"
    act_name = ""

    @cached_property
    def may_act(self) -> bool:
        works = Referral.objects.worked_by(self.request.user)
        return works.filter(pk=self.object.pk).exists()

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if not self.may_act:
            messages.error(request, _(ONLY_THE_UNIT))
            return redirect(self.object.get_admin_url())
        if not self.object.may(self.act_name):
            messages.error(
                request,
                _("This cannot be done in the state “%(state)s”.")
                % {"state": self.object.get_state_display()},
            )
            return redirect(self.object.get_admin_url())
        return super().get(request, *args, **kwargs)

    def get_page_title(self):
        return f"{ACT_LABELS[self.act_name]} {self.object.number}"


class TriageView(ReferralActView):
    """Whether the child is on the council's list; it decides whose the referral is."""

    form_class = TriageForm
    act_name = "triage"
    template_name = "cases/triage.html"
    submit_label = gettext_lazy("Record the result")
    intro = gettext_lazy(
        "A child on the list is handed over at once to the unit that protects those"
        " children. From then on this page opens for that unit and the head of the"
        " centre only."
    )

    def get_initial(self):
        return {"shown": self.object.council_check}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"child": proposal(self.object)}

    def act(self, form):
        data = form.cleaned_data
        return services.triage_referral(
            self.object,
            by=self.request.user,
            is_listed=data["result"] == Referral.CouncilCheck.LISTED,
            note=data["note"],
            shown=data["shown"],
        )

    def get_target_url(self, target) -> str:
        number = {"number": target.number}
        visible = Referral.objects.visible_to(self.request.user)
        if visible.filter(pk=target.pk).exists():
            messages.success(self.request, _("The check was recorded."))
            return target.get_admin_url()
        messages.success(
            self.request,
            _(
                "%(number)s was handed over to the unit that protects children on the"
                " list. It no longer opens for you."
            )
            % number,
        )
        return reverse(self.index_url_name)


class HearingView(ReferralActView):
    """A hearing: with whom, when, what was said."""

    form_class = HearingForm
    act_name = "hearing"
    success_message = gettext_lazy("The hearing was recorded.")
    intro = gettext_lazy(
        "Keep apart what was seen, what was said (in the words used) and what you think"
        " of it. A record is not changed afterwards; add another one to correct it."
    )

    def get_initial(self):
        visibility = ContactLog.Visibility
        restricted = self.object.is_restricted
        return {
            "day": timezone.localdate(),
            "visibility": visibility.RESTRICTED if restricted else visibility.CITY,
        }

    def act(self, form):
        data = form.cleaned_data
        services.add_hearing(
            self.object,
            by=self.request.user,
            at=form.moment(),
            with_whom=data["with_whom"],
            body=data["body"],
            visibility=data["visibility"],
        )
        return self.object


class AcceptView(ReferralActView):
    """Which child it is: one on file, or a new one; then the case is opened."""

    form_class = AcceptForm
    act_name = "accept"
    template_name = "cases/accept.html"
    submit_label = gettext_lazy("Open the case")
    success_message = gettext_lazy("The case was opened.")
    shown_at_most = 20

    @cached_property
    def found(self) -> list[Child]:
        """Children on file whose name contains what was typed, if one may see them."""
        if self.request.method != "POST" or not self.may_act:
            return []
        typed = self.request.POST.get("search", "")[:100].replace("\x00", "")
        visible = Child.objects.visible_to(self.request.user).named_like(typed)
        return list(visible.select_related("school")[: self.shown_at_most])

    def post(self, request, *args, **kwargs) -> HttpResponse:
        if "look" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = AcceptForm(
            user=request.user, initial=request.POST.dict(), found=self.found
        )
        return self.render_to_response(self.get_context_data(form=form, searched=True))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"found": self.found}

    def get_context_data(self, **kwargs):
        """The page; whose names stand on it is written down first, child by child.

        A search that finds nobody is one event without a child.
        """
        numbers = [child.number for child in self.found]
        if "searched" in kwargs:
            numbers = numbers or [""]
        for number in numbers:
            record_event(
                "child.searched",
                self.object,
                action=AuditEvent.Action.VIEW,
                by=self.request.user,
                subject=number,
                ip=client_address(self.request),
            )
        return super().get_context_data(**kwargs) | {"found": self.found}

    def get_initial(self):
        return proposal(self.object)

    def act(self, form):
        if form.is_new:
            return services.accept_referral(
                self.object,
                by=self.request.user,
                child_values=form.child_values(),
                guardian_values=form.guardian_values(),
            )
        child = Child.objects.visible_to(self.request.user).get(
            pk=form.cleaned_data["child"]
        )
        return services.accept_referral(self.object, by=self.request.user, child=child)


def proposal(referral: Referral) -> dict:
    """What the answers suggest for a new child; staff look at it and change it."""
    submission = referral.submission
    texts = {
        shown.item.code: shown.item.text
        for page in pages_today(submission)
        for shown in page.items
        if shown.item.text
    }
    values = {
        name: texts.get(f"child_{name}", "")
        for name in ("family_name", "given_name", "family_kana", "given_kana")
    }
    for name in ("family_kana", "given_kana"):
        values[name] = to_katakana(values[name])
    classes = [texts.get("grade", ""), texts.get("class_name", "")]
    is_school = referral.partner and referral.partner.kind == Partner.Kind.SCHOOL
    return values | {
        "search": (values["family_kana"] or values["family_name"]),
        "birth_date": birth_date_in(submission),
        "grade_note": " ".join(text for text in classes if text)[:40],
        "school": referral.partner_id if is_school else None,
        "guardian_name": texts.get("guardian_name", ""),
    }


def birth_date_in(submission: Submission) -> date | str:
    """The date of birth that was given; empty where there is none to be read."""
    try:
        return date.fromisoformat(answer_today(submission, "birth_date") or "")
    except ValueError:
        return ""


class UrgencyView(ReferralActView):
    """The level follows the corrected answer; a button on the page asks for it."""

    http_method_names = ["post"]
    form_class = UrgencyForm
    act_name = "urgency"
    success_message = gettext_lazy("The urgency follows the corrected answer now.")
    submit_label = gettext_lazy("Take the corrected urgency over")

    def get_page_title(self):
        return f"{self.submit_label} {self.object.number}"

    def act(self, form):
        return services.align_urgency(
            self.object, by=self.request.user, **form.cleaned_data
        )


class ClosingView(ReferralActView):
    """How a referral ends without a case of its own."""

    form_class = ClosingForm
    submit_label = gettext_lazy("Close this referral")
    success_message = gettext_lazy("The referral was closed.")

    def act(self, form):
        return services.close_referral(
            self.object,
            by=self.request.user,
            act=self.act_name,
            note=form.cleaned_data["note"],
            case=form.cleaned_data.get("case"),
        )


class RedirectView(ClosingView):
    act_name = "redirect"
    intro = gettext_lazy("To which help the family is led, and who tells them.")


class DuplicateView(ClosingView):
    act_name = "duplicate"
    form_class = DuplicateForm
    intro = gettext_lazy("Of which referral or case this is a duplicate.")


class WithdrawView(ClosingView):
    act_name = "withdraw"
    intro = gettext_lazy("Who withdrew it, when, and why.")
