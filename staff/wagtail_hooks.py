"""Registration of staff with the admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from staff.account_viewsets import DirectoryGroup
from staff.audit_viewset import audit_viewset
from staff.services import client_address, record_event


@hooks.register("insert_global_admin_css")
def desk_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("staff/desk.css"))


@hooks.register("insert_global_admin_js")
def desk_script():
    return format_html('<script src="{}" defer></script>', static("staff/desk.js"))


@hooks.register("register_admin_viewset")
def directory():
    return DirectoryGroup()


@hooks.register("register_admin_viewset")
def audit():
    return audit_viewset


@hooks.register("after_edit_setting")
def write_down_setting(request, instance):
    """Settings are words on papers and phone numbers: who changed them is kept."""
    label = instance._meta.label_lower
    record_event(f"{label}.saved", by=request.user, ip=client_address(request))
