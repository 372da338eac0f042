"""The staff screens of support plans."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from staff.dates import wareki
from staff.viewsets import PrivateModelViewSet, VisibleIndexView
from support import views
from support.models import PlanVersion


class PlanIndexView(VisibleIndexView):
    """Every version the user may see, the newest first."""

    def get_base_queryset(self):
        rows = super().get_base_queryset()
        return rows.select_related("case", "enrolment__site")

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("support.add_planversion"):
            return []
        url = reverse("plans:add")
        return [HeaderButton(gettext("Write a plan"), url=url, icon_name="plus")]

    @cached_property
    def no_results_message(self):
        if self.is_filtering or self.is_searching:
            return gettext("No plan matches. Take a filter away to see more.")
        return gettext(
            "There is no plan for you. The operator writes it for an enrolled child;"
            " the city sees it once it is shared."
        )


def period(plan: PlanVersion) -> str:
    return f"{wareki(plan.period_from)}～{wareki(plan.period_to)}"


class PlanViewSet(PrivateModelViewSet):
    """個別支援計画: the list, one version, and what is done with it."""

    model = PlanVersion
    name = "plans"
    icon = "list-ul"
    menu_label = _("Support plans")
    menu_order = 150
    add_to_admin_menu = True
    index_view_class = PlanIndexView
    detail_view_class = views.PlanDetailView
    list_display = [
        TitleColumn(
            "number",
            label=_("Plan number"),
            accessor=str,
            get_url=PlanVersion.get_admin_url,
        ),
        Column("stage", label=_("State")),
        Column("period", label=_("Period"), accessor=period),
        Column("site", label=_("Site"), accessor="enrolment.site.name"),
        Column(
            "review_on",
            label=_("Next review on"),
            accessor=lambda plan: wareki(plan.review_on),
            sort_key="review_on",
        ),
    ]
    list_filter = ["state"]
    search_fields = ["case__number"]
    search_backend_name = None
    list_views = {"add": views.PlanStartView}
    record_views = {
        "edit": views.PlanEditView,
        "share": views.PlanShareView,
        "withdraw": views.PlanWithdrawView,
        "acknowledge": views.PlanAcknowledgeView,
        "advise": views.PlanAdviseView,
        "confirm": views.PlanConfirmView,
        "preview": views.PlanPreviewView,
        "paper": views.PlanPaperView,
    }


plan_viewset = PlanViewSet()
