"""The first page of the desk: what waits, and nothing that means nothing."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.views import home

from reports.panels import WaitingPanel

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
