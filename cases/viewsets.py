"""The lists of referrals, cases and assessments, and the addresses of their screens."""

from django.db.models import Case as SqlCase
from django.db.models import IntegerField, Value, When
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from cases.models import Assessment, Case, Referral
from cases.models.facts import readable_facts
from cases.querysets import reads_council_check
from cases.views import assessment, case, referral
from staff.templatetags.japanese import wareki, wareki_time
from staff.viewsets import PrivateModelViewSet, VisibleIndexView

DAYS_TO_NOTICE = 7


def urgency_of(row: Referral) -> str:
    """The urgency in words, marked where somebody must act at once."""
    label = row.get_urgency_display()
    if row.urgency == Referral.Urgency.NORMAL:
        return label
    kind = "urgent" if row.urgency == Referral.Urgency.NOW else "warn"
    return format_html('<span class="desk-chip desk-chip--{}">{}</span>', kind, label)


def waiting_of(row: Referral) -> str:
    """How long an open referral has been waiting."""
    if row.state not in Referral.OPEN_STATES:
        return "–"
    days = referral.waiting_days(row)
    label = _("%(days)d days") % {"days": days}
    if days < DAYS_TO_NOTICE:
        return label
    return format_html('<span class="desk-chip desk-chip--warn">{}</span>', label)


class ReferralIndexView(VisibleIndexView):
    """Open referrals first, the newest on top. No name stands in the list."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("partner", "unit")

    def order_queryset(self, queryset):
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        is_over = SqlCase(
            When(state__in=Referral.OPEN_STATES, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        return queryset.order_by(is_over, "-received_at", "-pk")

    @cached_property
    def columns(self):
        shown = super().columns
        if reads_council_check(self.request.user):
            return shown
        return [column for column in shown if column.name != "check"]

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("cases.export_referral"):
            return []
        url = reverse("exchange:import", args=["referrals"])
        return [HeaderButton(_("Spreadsheet"), url=url, icon_name="download")]

    @cached_property
    def no_results_message(self):
        if self.is_filtering or self.is_searching:
            return _("No referral matches. Take a filter away to see more.")
        return _(
            "No referral is waiting. A new one appears here as soon as a school or a"
            " group has sent it; those who are on duty are told by mail."
        )


class ReferralViewSet(PrivateModelViewSet):
    """What schools and groups sent, from receipt to outcome."""

    model = Referral
    name = "referrals"
    icon = "mail"
    menu_label = gettext_lazy("Referrals")
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = ReferralIndexView
    list_filter = ["state", "urgency"]
    search_fields = ["number"]
    search_backend_name = None
    list_display = [
        "number",
        Column(
            "received",
            label=gettext_lazy("Received at"),
            accessor=lambda row: wareki_time(row.received_at),
            sort_key="received_at",
        ),
        Column("partner", label=gettext_lazy("School or group")),
        Column("urgency", label=gettext_lazy("Urgency"), accessor=urgency_of),
        Column(
            "check",
            label=gettext_lazy("Check of the council's list"),
            accessor="get_council_check_display",
        ),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("unit", label=gettext_lazy("Unit in charge")),
        Column("waiting", label=gettext_lazy("Days since"), accessor=waiting_of),
    ]
    detail_view_class = referral.ReferralDetailView
    record_views = {
        "triage": referral.TriageView,
        "hearing": referral.HearingView,
        "accept": referral.AcceptView,
        "redirect": referral.RedirectView,
        "duplicate": referral.DuplicateView,
        "withdraw": referral.WithdrawView,
        "urgency": referral.UrgencyView,
    }


class CaseIndexView(VisibleIndexView):
    """Cases by number; the name of the child stands on the page only."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("unit", "worker")

    @cached_property
    def columns(self):
        shown, facts = super().columns, readable_facts(self.request.user)
        optional = {"unit", "worker", "opened_on"}
        if "unit" not in facts and "opened_on" in facts:
            # The same words in every row: they tell nothing about any of them.
            casework = Column(
                "casework",
                label=gettext_lazy("Unit in charge"),
                accessor=lambda row: gettext_lazy("Those who do the casework"),
            )
            place = next(i for i, c in enumerate(shown) if c.name == "unit")
            shown = [*shown[:place], casework, *shown[place:]]
        return [c for c in shown if c.name not in optional or c.name in facts]

    @cached_property
    def no_results_message(self):
        if self.is_filtering or self.is_searching:
            return _("No case matches. Take a filter away to see more.")
        return _("There is no case for you. A case is opened from a referral.")


class CaseViewSet(PrivateModelViewSet):
    """Cases, each with everything about it on one page."""

    model = Case
    name = "cases"
    icon = "folder-open-inverse"
    menu_label = gettext_lazy("Cases")
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = CaseIndexView
    list_filter = ["state"]
    search_fields = ["number"]
    search_backend_name = None
    list_display = [
        "number",
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("unit", label=gettext_lazy("Unit in charge")),
        Column("worker", label=gettext_lazy("Case worker")),
        Column(
            "opened_on",
            label=gettext_lazy("Opened on"),
            accessor=lambda row: wareki(row.opened_on),
        ),
    ]
    detail_view_class = case.CaseDetailView
    record_views = {
        "contact": case.ContactView,
        "consent": case.ConsentView,
        "child": case.ChildView,
        "guardian": case.GuardianView,
        "worker": case.WorkerView,
        "restrict": case.RestrictView,
        "assessment": case.AssessmentStartView,
    }


class AssessmentIndexView(VisibleIndexView):
    """Assessments; those that wait for confirmation first."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("case", "author")

    def order_queryset(self, queryset):
        waits = SqlCase(
            When(state=Assessment.State.SUBMITTED, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        return queryset.order_by(waits, "-pk")

    @cached_property
    def no_results_message(self):
        if self.is_filtering:
            return _("No assessment matches. Take a filter away to see more.")
        return _("There is no assessment yet. It is written on the page of a case.")


class AssessmentViewSet(PrivateModelViewSet):
    """Assessments, each written by one person and confirmed by another."""

    model = Assessment
    name = "assessments"
    icon = "form"
    menu_label = gettext_lazy("Assessments")
    menu_order = 120
    add_to_admin_menu = True
    index_view_class = AssessmentIndexView
    list_filter = ["state"]
    list_display = [
        "__str__",
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("author", label=gettext_lazy("Author")),
        Column(
            "submitted",
            label=gettext_lazy("Submitted at"),
            accessor=lambda row: wareki_time(row.submitted_at),
        ),
        Column(
            "confirmed",
            label=gettext_lazy("Confirmed at"),
            accessor=lambda row: wareki_time(row.confirmed_at),
        ),
    ]
    detail_view_class = assessment.AssessmentDetailView
    record_views = {
        "edit": assessment.EditView,
        "submit": assessment.SubmitView,
        "confirm": assessment.ConfirmView,
        "return": assessment.ReturnView,
    }


referral_viewset = ReferralViewSet()
case_viewset = CaseViewSet()
assessment_viewset = AssessmentViewSet()
