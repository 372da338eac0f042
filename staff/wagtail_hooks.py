"""Registration of staff with the admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from staff.account_viewsets import DirectoryGroup
from staff.audit_viewset import audit_viewset


@hooks.register("insert_global_admin_css")
def desk_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("staff/desk.css"))


@hooks.register("register_admin_viewset")
def directory():
    return DirectoryGroup()


@hooks.register("register_admin_viewset")
def audit():
    return audit_viewset
