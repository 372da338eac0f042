"""Registration of support with the admin."""

from wagtail import hooks

from support.viewsets import plan_viewset


@hooks.register("register_admin_viewset")
def register_plans():
    return plan_viewset
