"""Wagtail's users app, with our own screens for accounts."""

from wagtail.users.apps import WagtailUsersAppConfig


class PortalUsersConfig(WagtailUsersAppConfig):
    """As Wagtail's, but nobody makes a superuser or a group by its screens."""

    user_viewset = "staff.account_viewsets.AccountViewSet"
