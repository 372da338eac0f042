"""Registration of forms with the admin."""

from django.templatetags.static import static
from django.urls import include, path
from django.utils.html import format_html, json_script
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.snippets.models import register_snippet

from forms.desk_viewsets import (
    held_viewset,
    invitation_viewset,
    retention_viewset,
)
from forms.editing import words_of_editor
from forms.inbox_viewsets import (
    answer_export_viewset,
    answer_grant_viewset,
    form_delivery_viewset,
    inbox_viewset,
)
from forms.key_viewsets import partner_key_viewset
from forms.views.files import AttachmentView
from forms.viewsets import FormDefinitionViewSet

register_snippet(FormDefinitionViewSet)


@hooks.register("insert_global_admin_css")
def inbox_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("forms/inbox.css"))


@hooks.register("register_admin_viewset")
def inbox():
    return inbox_viewset


@hooks.register("register_admin_viewset")
def answer_exports():
    return answer_export_viewset


@hooks.register("register_admin_viewset")
def answer_grants():
    return answer_grant_viewset


@hooks.register("register_admin_viewset")
def form_deliveries():
    return form_delivery_viewset


@hooks.register("register_admin_viewset")
def screens_beside_forms():
    return [
        invitation_viewset,
        held_viewset,
        partner_key_viewset,
        retention_viewset,
    ]


@hooks.register("register_admin_urls")
def file_addresses():
    """Where staff open the files of submissions they may see."""
    view = require_admin_access(AttachmentView.as_view())
    addresses = [path("<int:pk>/", view, name="open")]
    return [path("files/", include((addresses, "forms_files")))]


@hooks.register("insert_editor_js")
def pick_questions() -> str:
    """The scripts with which a condition is picked, and what they say."""
    return format_html(
        '<link rel="stylesheet" href="{}">{}'
        '<script src="{}" defer></script><script src="{}" defer></script>'
        '<script src="{}" defer></script>',
        static("forms/editor.css"),
        json_script(words_of_editor(), "forms-editor-words"),
        static("forms/editor_form.js"),
        static("forms/editor.js"),
        static("forms/editor_changes.js"),
    )
