"""The lists of the check, edited by web editors."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from home.models import CheckWord


class CheckWordViewSet(ModelViewSet):
    """Words and signs that the check knows."""

    model = CheckWord
    url_prefix = "check-words"
    icon = "list-ul"
    menu_label = _("Words of the check")
    form_fields = ["kind", "text", "replacement"]
    list_display = ["text", "kind", "replacement"]
    list_filter = ["kind"]
    search_fields = ["text", "replacement"]
    search_backend_name = None
    list_export = ()
    copy_view_enabled = False
    add_to_reference_index = False


check_words = CheckWordViewSet("check_words")
