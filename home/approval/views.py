"""The screens of approval: the list, the request, and the page that settles it."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page, TaskState, WorkflowState

from home.approval import lists, rules, services
from home.approval.comparing import compared
from home.approval.forms import CommentForm, MessageForm, ReasonForm
from home.approval.offices import counting
from home.checking.rules import FIXABLE, KINDS

SHOWN_EARLIER = 20


class ApprovalView(WagtailAdminTemplateMixin, TemplateView):
    """A screen for who edits pages and for who approves them; 404 to everybody else."""

    header_icon = "check"

    def dispatch(self, request, *args, **kwargs):
        if not lists.concerns(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("page_approval:index"), "label": _("Approval of pages")},
        ]


class ApprovalListView(ApprovalView):
    """What waits for me, what I asked for, what goes live or offline at a time."""

    template_name = "home/approval/index.html"
    page_title = gettext_lazy("Approval of pages")

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items()[:1],
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "is_required": rules.is_required_for(user),
            "is_approver": rules.is_approver(user),
            "approvers": lists.approvers(),
            "waiting": lists.waiting_for(user),
            "others": lists.waiting_for_others(user),
            "mine": lists.asked_by(user),
            "scheduled": lists.scheduled(),
            "settled": lists.settled(user),
        }


class PageApprovalView(ApprovalView):
    """A screen about one page; 404 where it is missing or of no concern."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.page = None
        if request.user.is_authenticated:
            page = Page.objects.filter(pk=kwargs["page_id"], depth__gt=1).first()
            self.page = page.specific if page else None

    def dispatch(self, request, *args, **kwargs):
        if self.page is None or not lists.concerns(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def draft(self) -> Page:
        return self.page.get_latest_revision_as_object()

    @cached_property
    def permissions(self):
        return rules.permissions_on(self.page, self.request.user)

    def get_page_subtitle(self):
        return self.draft.title

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": "", "label": self.get_page_title(), "sublabel": self.draft.title},
        ]

    def to_page(self):
        return redirect("page_approval:show", self.page.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "draft": self.draft,
            "edit_url": reverse("wagtailadmin_pages:edit", args=[self.page.pk]),
            "may_edit": self.permissions.can_edit(),
        }


class RequestView(PageApprovalView):
    """Ask for approval: what will be looked at, by whom, when it goes live."""

    template_name = "home/approval/request.html"
    page_title = gettext_lazy("Ask for approval")

    def dispatch(self, request, *args, **kwargs):
        if self.page is not None and not self.permissions.can_edit():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if not self.permissions.can_request_approval():
            return self.to_page()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        form = MessageForm(request.POST)
        if form.is_valid():
            try:
                services.request_approval(
                    self.draft, by=request.user, message=form.cleaned_data["message"]
                )
            except ValidationError as error:
                for message in error.messages:
                    form.add_error(None, message)
            else:
                messages.success(request, _("Approval was asked for."))
                return self.to_page()
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=422)

    def get_context_data(self, **kwargs):
        task = rules.approval_task()
        without = {self.request.user.pk}
        if self.page.latest_revision_id:
            without.add(self.page.latest_revision.user_id)
        found = services.all_findings(self.page)
        approvers = rules.approvers_of(task, without=without - {None}) if task else []
        context = super().get_context_data(**kwargs) | {
            "rows": findings_shown(self.page, found),
            "buttons": buttons(found),
            "stops": sum(one.stops for one in found),
            "approvers": approvers,
        }
        return {"form": MessageForm()} | context


def remark_form(data=None) -> CommentForm:
    return CommentForm(data, auto_id="remark_%s")


def reason_form(data=None) -> ReasonForm:
    return ReasonForm(data, auto_id="reason_%s")


class ShowView(PageApprovalView):
    """One request: what changed, who asked, who may settle it, and the acts."""

    template_name = "home/approval/show.html"
    page_title = gettext_lazy("Approval of a page")

    @cached_property
    def state(self) -> TaskState | None:
        found = self.page.current_workflow_task_state
        return found

    @cached_property
    def last(self) -> WorkflowState | None:
        return (
            self.page.workflow_states.select_related("requested_by")
            .order_by("-created_at", "-pk")
            .first()
        )

    def dispatch(self, request, *args, **kwargs):
        if self.page is not None and not (
            self.permissions.can_edit() or rules.is_approver(request.user)
        ):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user = self.request.user
        state = self.state
        shown = state.revision.as_object() if state else self.draft
        context |= {
            "state": state,
            "last": self.last,
            "shown": shown,
            "comparison": compared(self.page, shown, self.request),
            "rows": findings_shown(self.page, services.all_findings(self.page)),
            "states": lists.history(self.page, SHOWN_EARLIER),
            "goes_live_at": lists.goes_live_at(self.page),
            "is_required": rules.is_required_for(user),
            "may_unpublish": self.permissions.can_unpublish(),
            "may_request": self.permissions.can_request_approval()
            and (self.page.has_unpublished_changes or not self.page.live),
        }
        if state:
            why_not_back = rules.why_not_back(user, state)
            office = rules.office_of(user, state) or rules.office_back(user, state)
            context |= {
                "in_place_of": office if office != user and not why_not_back else None,
                "needed": state.task.specific.needed,
                "given": counting(state).count(),
                "why_not": rules.why_not(user, state),
                "may_send_back": not why_not_back,
                "may_withdraw": state.workflow_state.user_can_cancel(user)
                and state.workflow_state.requested_by_id == user.pk,
                "approvers": rules.approvers_of(
                    state.task.specific, without=rules.excluded_from(state)
                ),
                "preview_url": self.preview_url(),
            }
        forms = {"comment_form": remark_form(), "reason_form": reason_form()}
        return forms | context

    def preview_url(self) -> str:
        """The revision as readers would see it, at the door this person may use."""
        if self.permissions.can_edit():
            args = [self.page.pk, self.state.task_id]
            if not rules.why_not(self.request.user, self.state):
                return reverse("wagtailadmin_pages:workflow_preview", args=args)
            return reverse("wagtailadmin_pages:view_draft", args=[self.page.pk])
        return ""


class ActView(ShowView):
    """An act about the request that waits; a refusal is shown on the same page."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        if self.state is None:
            messages.error(request, _("This request was settled already."))
            return self.to_page()
        try:
            return self.act(request)
        except PermissionDenied:
            messages.error(request, _("You may not do this."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return self.to_page()

    def act(self, request):
        raise Http404


class ApproveView(ActView):
    """Approve the revision that was shown."""

    def act(self, request):
        form = remark_form(request.POST)
        if not form.is_valid():
            context = self.get_context_data(comment_form=form)
            return self.render_to_response(context, status=422)
        services.approve(
            self.state,
            by=request.user,
            shown=request.POST.get("revision", ""),
            comment=form.cleaned_data["comment"],
        )
        missing = self.missing()
        if missing:
            messages.success(
                request,
                _("Your approval was counted. %(number)d more needed.")
                % {"number": missing},
            )
            return self.to_page()
        self.page.refresh_from_db()
        is_public = self.page.live and not self.page.has_unpublished_changes
        messages.success(
            request,
            _("The page was approved and is public now.")
            if is_public
            else _("The page was approved."),
        )
        return self.to_page()

    def missing(self) -> int:
        """How many approvals the request still waits for."""
        state = TaskState.objects.get(pk=self.state.pk)
        if state.status != TaskState.STATUS_IN_PROGRESS:
            return 0
        given = counting(state).count()
        return state.task.specific.needed - given


class SendBackView(ActView):
    """Send the page back; without a reason nothing happens."""

    def act(self, request):
        form = reason_form(request.POST)
        if not form.is_valid():
            context = self.get_context_data(reason_form=form)
            return self.render_to_response(context, status=422)
        services.send_back(
            self.state, by=request.user, reason=form.cleaned_data["comment"]
        )
        messages.success(request, _("The page was sent back. Whoever asked is told."))
        return self.to_page()


class WithdrawView(ActView):
    """Take one's own request back."""

    def act(self, request):
        services.withdraw(self.state.workflow_state, by=request.user)
        messages.success(
            request, _("The request was taken back. The page can be edited again.")
        )
        return self.to_page()


def findings_shown(page: Page, found: list) -> list[dict]:
    """Findings with the way to the field, what stops a publication first."""
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    rows = [{"found": one, "url": f"{edit}#{one.anchor}"} for one in found]
    return sorted(rows, key=lambda row: not row["found"].stops)


def buttons(found: list) -> list[dict]:
    """One button for each kind that a press mends, with how many there are."""
    counts = Counter(one.kind for one in found)
    return [
        {"kind": kind, "label": KINDS[kind][1], "count": counts[kind]}
        for kind in FIXABLE
        if kind in counts
    ]
