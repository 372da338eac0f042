"""Staff screens of applications and decisions."""

from django.http import Http404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from decisions.models import Decision, UseApplication
from decisions.views import applications, decisions, drafts
from decisions.views.base import CITY
from staff.dates import wareki
from staff.viewsets import PrivateModelViewSet, VisibleIndexView


class DayColumn(Column):
    """A day by its era, as on papers."""

    def get_value(self, instance) -> str:
        day = super().get_value(instance)
        return wareki(day) if day else ""


class CityIndexView(VisibleIndexView):
    """A list that does not exist for anyone outside the city."""

    default_ordering = "-pk"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.scope.has(*CITY):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ApplicationIndexView(CityIndexView):
    """Applications, the latest first."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("case", "site")

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("decisions.add_useapplication"):
            return []
        return [
            HeaderButton(
                _("Record an application"),
                url=reverse("applications:record"),
                icon_name="plus",
            )
        ]


class DecisionIndexView(CityIndexView):
    """Decisions and their drafts, the latest first."""

    def get_base_queryset(self):
        return (
            super()
            .get_base_queryset()
            .select_related("case", "drafted_by", "decided_by")
            .defer("snapshot")
        )


class ApplicationViewSet(PrivateModelViewSet):
    """Applications for use (利用申請)."""

    model = UseApplication
    icon = "form"
    menu_label = _("Applications for use")
    menu_order = 130
    add_to_admin_menu = True
    index_view_class = ApplicationIndexView
    detail_view_class = applications.ApplicationDetail
    list_views = {"record": applications.RecordApplication}
    record_views = {
        "withdraw": applications.WithdrawApplication,
        "ask": applications.AskSite,
        "answer": applications.RecordAnswer,
        "use": drafts.DraftUse,
        "not_use": drafts.DraftNoUse,
    }
    list_display = [
        "__str__",
        DayColumn("received_on", label=_("Received on"), sort_key="received_on"),
        Column("case", label=_("Case")),
        Column("site", label=_("Site wished for")),
        Column("get_state_display", label=_("State"), sort_key="state"),
    ]
    list_filter = ["state", "site"]
    search_fields = ["number", "case__number"]
    search_backend_name = None

    def get_urlpatterns(self):
        view = self.private_view(applications.RecordApplicationOfCase)
        name = "record_of_case"
        return [*super().get_urlpatterns(), path("cases/<int:pk>/", view, name=name)]


class DecisionViewSet(PrivateModelViewSet):
    """Decisions (決裁): drafts, what waits for approval, what was decided."""

    model = Decision
    icon = "check"
    menu_label = _("Decisions")
    menu_order = 140
    add_to_admin_menu = True
    index_view_class = DecisionIndexView
    detail_view_class = decisions.DecisionDetail
    record_views = {
        "edit": drafts.EditDraft,
        "circulate": drafts.Circulate,
        "withdraw": drafts.Withdraw,
        "approve": decisions.Approve,
        "return": decisions.SendBack,
        "notice": decisions.NoticeFile,
    }
    case_views = {
        Decision.Kind.RECOMMEND: drafts.DraftRecommendation,
        Decision.Kind.MEASURE: drafts.DraftMeasure,
        Decision.Kind.END: drafts.DraftEnd,
    }
    list_display = [
        "__str__",
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        Column("case", label=_("Case")),
        Column("get_state_display", label=_("State"), sort_key="state"),
        Column("drafted_by", label=_("Drafted by")),
        DayColumn("decided_on", label=_("Decided on"), sort_key="decided_on"),
    ]
    list_filter = ["state", "kind"]
    search_fields = ["number", "case__number"]
    search_backend_name = None

    def get_urlpatterns(self):
        """The usual ones, and a draft of each kind that starts from a case."""
        patterns = super().get_urlpatterns()
        patterns += [
            path(
                f"cases/<int:pk>/{kind}/", self.private_view(view), name=f"draft_{kind}"
            )
            for kind, view in self.case_views.items()
        ]
        return patterns


application_viewset = ApplicationViewSet("applications")
decision_viewset = DecisionViewSet("decisions")
