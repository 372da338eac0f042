"""All addresses of the portal."""

from django.conf.urls.i18n import i18n_patterns
from django.http import Http404
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls

from home.search.views import search
from portal import views
from portal.api import api, nothing
from portal.pages_api import urlpatterns as pages_api
from portal.styleguide import styleguide
from programs import urls as programs_urls

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"


def closed(request, *args, **kwargs):
    """A door of Wagtail that this portal does not open."""
    raise Http404


to_login = RedirectView.as_view(pattern_name="login", query_string=True)

urlpatterns = [
    path("", include("forms.urls")),  # first: where most people are in a hurry
    path("styleguide/", styleguide, name="styleguide"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/login/", views.LoginView.as_view(), name="login"),
    path("accounts/logout/", views.LogoutView.as_view(), name="logout"),
    path("accounts/home/", views.account_home, name="account_home"),
    path("admin/login/", to_login),
    path("_util/login/", to_login),
    re_path(r"^admin/(failwhale|test404)/", closed),
    re_path(r"^admin/password_reset/", closed),
    re_path(r"^admin/bulk/(?!wagtailcore/page/|wagtailimages/|wagtaildocs/)", closed),
    path("admin/account/", require_admin_access(views.AccountView.as_view())),
    path("media/<path:path>", views.media),
    path("documents/", include(wagtaildocs_urls)),
    path("admin/", include(wagtailadmin_urls)),
    path("api/v1/", api.urls),
    *pages_api,
    re_path(r"^api/", nothing),
    path("", include("programs.urls")),
    path("", include("home.urls")),
    *i18n_patterns(
        path("search/", search, name="search"),
        path("", include(programs_urls.in_every_language)),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
