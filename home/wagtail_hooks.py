"""Registration of home with the admin: what its menus and reports show, and to whom."""

from functools import wraps

from django.http import Http404
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.utils.urlpatterns import decorate_urlpatterns

from home import reports
from home.models import ContactSettings
from home.viewsets import SharedGroup

OWN_REPORTS = (
    reports.FactsReport,
    reports.ChildrensWordsReport,
    reports.OpinionsReport,
)
LEADS_OUTSIDE = ("whats-new", "editor-guide")


def is_administrator(user) -> bool:
    return user.is_authenticated and user.scope.has("system_administrator")


def for_administrators(view):
    """Answer 404 to everybody else: the report covers more than one may see."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_administrator(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@hooks.register("register_admin_urls")
def close_shared_reports():
    """Wagtail's reports ask for no record-level right, so each view is wrapped.

    Its own addresses stand before those of hooks and cannot be covered; the patterns
    are not resolved yet when this is called.
    """
    from wagtail.admin.urls import reports as wagtails_reports

    decorate_urlpatterns(wagtails_reports.urlpatterns, for_administrators)
    return []


@hooks.register("register_admin_viewset")
def shared_by_pages():
    return SharedGroup()


@hooks.register("register_admin_urls")
def own_reports():
    """The reports of this portal, each behind its own permission."""
    return [
        path(f"page-reports/{view.name}/", view.as_view(), name=f"report_{view.name}")
        for view in OWN_REPORTS
    ]


class OwnReportItem(MenuItem):
    """A report of ours in the menu, for those who may open it."""

    def __init__(self, view, order: int):
        super().__init__(
            view.page_title,
            reverse(f"report_{view.name}"),
            name=f"report-{view.name}",
            icon_name=view.header_icon,
            order=order,
        )
        self.permission = view.permission_required

    def is_shown(self, request) -> bool:
        return request.user.has_perm(self.permission)


@hooks.register("construct_reports_menu")
def reports_in_menu(request, items):
    """Wagtail's reports for administrators alone; ours by their permissions."""
    if not is_administrator(request.user):
        items.clear()
    for order, view in enumerate(OWN_REPORTS):
        item = OwnReportItem(view, order)
        if item.is_shown(request):
            items.append(item)


@hooks.register("construct_help_menu")
def help_stays_inside(request, items):
    """On a closed network a link to the outside leads nowhere."""
    items[:] = [item for item in items if not item.name.startswith(LEADS_OUTSIDE)]


class MissingPhonePanel(Component):
    """At home: a number of the city that pages would show and nobody has entered."""

    name = "missing_phone"
    order = 40
    template_name = "home/missing_phone_panel.html"

    def get_context_data(self, parent_context=None):
        contact = ContactSettings.load()
        return {
            "misses_office": not contact.office_phone,
            "misses_urgent": not contact.urgent_phone,
            "address": reverse(
                "wagtailsettings:edit", args=["home", "contactsettings"]
            ),
        }


@hooks.register("construct_homepage_panels")
def missing_phone_panel(request, panels):
    if request.user.has_perm("home.change_contactsettings"):
        panels.append(MissingPhonePanel())
