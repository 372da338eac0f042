"""Registration of home with the admin: what its menus and reports show, and to whom."""

from functools import wraps

from django.http import Http404
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views import home as wagtail_home
from wagtail.utils.urlpatterns import decorate_urlpatterns

from home.approval import lists, menu
from home.approval import urls as approval_urls
from home.approval.panels import ApprovalPanel
from home.checking import guard
from home.checking import urls as check_urls
from home.checking.viewset import check_words
from home.doors import PublicPageLink
from home.models import ContactSettings
from home.viewsets import SharedGroup

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


@hooks.register("construct_reports_menu")
def reports_in_menu(request, items):
    """Wagtail's reports for administrators alone; rooms above add theirs later."""
    if not is_administrator(request.user):
        items.clear()


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


@hooks.register("register_admin_urls")
def approval_addresses():
    return [
        path("approval/", include(approval_urls)),
        path("checks/", include(check_urls)),
    ]


class ApprovalMenuItem(MenuItem):
    """Shown to those who edit or approve pages."""

    def is_shown(self, request):
        return lists.concerns(request.user)


@hooks.register("register_admin_menu_item")
def approval_menu_item():
    return ApprovalMenuItem(
        _("Approval of pages"),
        reverse("page_approval:index"),
        icon_name="check",
        order=110,
    )


@hooks.register("register_page_action_menu_item")
def ask_for_approval():
    return menu.AskForApprovalItem(order=10)


@hooks.register("register_page_action_menu_item")
def open_the_request():
    return menu.ToApprovalItem(order=5)


@hooks.register("construct_page_action_menu")
def arrange_page_acts(items, request, context):
    menu.arrange(items, request, context)


@hooks.register("before_create_page")
def before_create(request, parent_page, page_class):
    menu.note_wish(request)


@hooks.register("before_edit_page")
def before_edit(request, page):
    menu.note_wish(request)


@hooks.register("after_create_page")
def after_create(request, page):
    return menu.go_on(request, page)


@hooks.register("after_edit_page")
def after_edit(request, page):
    return menu.go_on(request, page)


ABOUT_APPROVAL = (
    wagtail_home.WorkflowObjectsToModeratePanel,
    wagtail_home.UserObjectsInWorkflowModerationPanel,
)


@hooks.register("construct_homepage_panels")
def approval_panel(request, panels):
    """Our panel says what Wagtail's two say, and what is due; in the city's words."""
    panels[:] = [p for p in panels if not isinstance(p, ABOUT_APPROVAL)]
    if lists.concerns(request.user):
        panels.append(ApprovalPanel())


@hooks.register("before_publish_page")
def check_before_publication(request, page):
    return guard.before_publish(request, page)


@hooks.register("before_bulk_action")
def check_before_many(request, action_type, objects, action):
    return guard.before_bulk(request, action_type, objects, action)


@hooks.register("register_rich_text_features", order=100)
def links_to_public_pages(features):
    """In the place of Wagtail's, which links to pages that nobody may open too."""
    features.register_link_type(PublicPageLink)


@hooks.register("register_admin_viewset")
def words_of_the_check():
    return check_words
