"""The questions staff design, the versions published, the answers received."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    """The questions staff design, the versions published, the answers received."""

    name = "forms"
    label = "portal_forms"
    verbose_name = _("Forms")
