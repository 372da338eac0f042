"""Registration of home with the admin: what its menus and reports show, and to whom."""

from functools import wraps

from django.http import Http404
from wagtail import hooks
from wagtail.utils.urlpatterns import decorate_urlpatterns

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
