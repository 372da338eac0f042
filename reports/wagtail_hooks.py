"""The first page of the desk: what waits, and nothing that means nothing."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views import home

from home.approval.lists import concerns
from reports.panels import WaitingPanel
from reports.site_check import SiteCheckView

ABOUT_PAGES = (
    home.WorkflowObjectsToModeratePanel,
    home.UserObjectsInWorkflowModerationPanel,
    home.RecentEditsPanel,
    home.LockedPagesPanel,
)


@hooks.register("construct_homepage_panels")
def show_what_waits(request, panels):
    """First what waits; panels about pages only for those who edit pages."""
    if not request.user.scope.has("web_editor"):
        panels[:] = [p for p in panels if not isinstance(p, ABOUT_PAGES)]
    panels.append(WaitingPanel())


@hooks.register("construct_homepage_summary_items", order=1000)
def summarise_pages_to_their_editors(request, items):
    """Counts of pages, images and documents mean nothing to anybody else."""
    if not request.user.scope.has("web_editor"):
        items.clear()


@hooks.register("insert_global_admin_css")
def styles():
    return format_html(
        '<link rel="stylesheet" href="{}">', static("reports/waiting.css")
    )


@hooks.register("register_admin_urls")
def addresses():
    return [path("site-check/", SiteCheckView.as_view(), name="site_check")]


@hooks.register("construct_reports_menu", order=1000)
def site_check_among_the_reports(request, items):
    """After the reports that only administrators may read were taken away."""
    if concerns(request.user):
        items.append(
            MenuItem(_("Check of the site"), reverse("site_check"), icon_name="check")
        )
