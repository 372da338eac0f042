"""Registration of home with the admin: what its menus and reports show, and to whom."""

from functools import wraps

from django.http import Http404
from django.urls import reverse
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.utils.urlpatterns import decorate_urlpatterns

from home.models import ContactSettings

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
    from wagtail.admin.urls import reports

    decorate_urlpatterns(reports.urlpatterns, for_administrators)
    return []


@hooks.register("construct_reports_menu")
def reports_for_administrators(request, items):
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
