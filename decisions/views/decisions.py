"""The page of a decision, its approval and return, and its notice."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Assessment, ContactLog
from decisions import documents, rules, services
from decisions.forms import ApprovalForm, ReturnForm
from decisions.models import Decision, Notice
from decisions.views.base import CityPage
from exchange.services import run_now
from staff.models import AuditEvent
from staff.services import client_address, record_event
from staff.views import PrivateActView, PrivateDetailView, PrivateFileView

State = Decision.State


class DecisionPage(CityPage):
    """Everything about a decision on one page, with what its reader may do next."""

    template_name = "decisions/decision.html"
    permission_required = "decisions.view_decision"

    def get_queryset(self):
        return Decision.objects.select_related(
            "case__child__school",
            "case__unit",
            "application__site",
            "site__operator",
            "supersedes__site__operator",
            "drafted_by",
            "edited_by",
            "decided_by",
        )

    def get_context_data(self, **kwargs):
        decision, user = self.object, self.request.user
        snapshot = decision.snapshot or documents.snapshot_of(decision)
        content = documents.read(snapshot)
        is_open = decision.state in services.LIVE
        return (
            super().get_context_data(**kwargs)
            | self.acts()
            | {
                "content": content,
                "shown": documents.digest(snapshot),
                "differences": documents.differences(content),
                "assessment": self.assessment(content),
                "talks": ContactLog.objects.visible_to(user).filter(
                    case=decision.case, kind=ContactLog.Kind.RECOMMENDATION
                )
                if decision.is_by_head
                else [],
                "missing": rules.missing(decision) if is_open else [],
                "warnings": rules.warnings(decision) if is_open else [],
                "has_notice": Notice.objects.filter(decision=decision).exists(),
            }
        )

    def assessment(self, content) -> Assessment | None:
        """The assessment it rests on, as far as this reader may read it."""
        wanted = content.get("assessment")
        if not wanted:
            return None
        rows = Assessment.objects.visible_to(self.request.user)
        return rows.filter(case=self.object.case, version=wanted["version"]).first()

    def acts(self) -> dict:
        """Which acts this reader is offered, and the forms of the approval."""
        decision, user = self.object, self.request.user
        is_own = decision.drafted_by_id == user.pk
        is_open = decision.state in services.LIVE
        waits = decision.state == State.CIRCULATED
        decides = waits and rules.may_approve(user, decision.kind)
        conflict = rules.conflict(decision, user) if decides else ""
        return {
            "may_edit": is_own and decision.state in Decision.EDITABLE,
            "may_withdraw": is_open
            and rules.may_draft(user, decision.kind, decision.case),
            "may_return": decides,
            "may_approve": decides and not conflict,
            "conflict": conflict,
            "approval_form": ApprovalForm(
                user=user, initial={"decided_on": timezone.localdate()}
            ),
            "return_form": ReturnForm(user=user),
        }


class DecisionDetail(DecisionPage, PrivateDetailView):
    """A decision, read only or ready to be approved."""


class Approve(DecisionPage, PrivateActView):
    """Approve what was shown; the paper is made after the commit."""

    form_class = ApprovalForm
    success_message = _("Approved. The notice is being made.")

    def get_initial(self):
        return {"decided_on": timezone.localdate()}

    def act(self, form):
        decision = services.approve(
            self.object,
            revision=form.cleaned_data["revision"],
            shown=form.cleaned_data["shown"] or "",
            on=form.cleaned_data["decided_on"],
            by=self.request.user,
        )
        run_now(services.notice_key(decision))
        return decision

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"approval_form": context["form"]}


class SendBack(DecisionPage, PrivateActView):
    """Return a draft to the person who wrote it."""

    form_class = ReturnForm
    success_message = _("The draft was sent back.")

    def act(self, form):
        return services.send_back(
            self.object,
            revision=form.cleaned_data["revision"],
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"return_form": context["form"]}


class NoticeFile(CityPage, PrivateFileView):
    """The stored paper of a decision: always the same bytes."""

    permission_required = "decisions.view_decision"

    def get_file(self) -> tuple[bytes, str]:
        rows = Notice.objects.visible_to(self.request.user)
        notice = rows.filter(decision=self.object).first()
        if notice is None:
            raise Http404
        record_event(
            "decision.notice.downloaded",
            self.object,
            action=AuditEvent.Action.DOWNLOAD,
            by=self.request.user,
            ip=client_address(self.request),
            sha256=notice.sha256,
        )
        return bytes(notice.pdf), f"{self.object.number}.pdf"
