"""Registration of programs with the admin."""

from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from programs import reports
from programs.viewsets import ProgrammeGroup


@hooks.register("register_admin_viewset")
def programme():
    return ProgrammeGroup()


OWN_REPORTS = (
    reports.FactsReport,
    reports.ChildrensWordsReport,
    reports.OpinionsReport,
)


@hooks.register("register_admin_urls")
def own_reports():
    """The reports of this portal, each behind its own permission."""
    return [
        path(f"page-reports/{view.name}/", view.as_view(), name=f"report_{view.name}")
        for view in OWN_REPORTS
    ]


@hooks.register("construct_reports_menu", order=10)
def reports_in_menu(request, items):
    """After home took Wagtail's away: ours, for those who may open them."""
    for order, view in enumerate(OWN_REPORTS):
        if request.user.has_perm(view.permission_required):
            items.append(
                MenuItem(
                    view.page_title,
                    reverse(f"report_{view.name}"),
                    name=f"report-{view.name}",
                    icon_name=view.header_icon,
                    order=order,
                )
            )
