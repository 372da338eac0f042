"""Pages, blocks, navigation, search and the emergency notice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """Pages, blocks, navigation, search and the emergency notice."""

    name = "home"
    label = "home"
    verbose_name = _("Public pages")
