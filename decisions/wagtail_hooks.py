"""Registration of decisions with the admin."""

from wagtail import hooks

from decisions.viewsets import application_viewset, decision_viewset


@hooks.register("register_admin_viewset")
def staff_screens():
    return [application_viewset, decision_viewset]
