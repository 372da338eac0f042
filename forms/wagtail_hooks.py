"""Registration of forms with the admin."""

from django.urls import include, path
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.snippets.models import register_snippet

from forms.views.files import AttachmentView
from forms.viewsets import FormDefinitionViewSet

register_snippet(FormDefinitionViewSet)


@hooks.register("register_admin_urls")
def file_addresses():
    """Where staff open the files of submissions they may see."""
    view = require_admin_access(AttachmentView.as_view())
    addresses = [path("<int:pk>/", view, name="open")]
    return [path("files/", include((addresses, "forms_files")))]
