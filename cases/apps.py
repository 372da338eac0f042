"""Whose file this is and how it came to us."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Whose file this is and how it came to us."""

    name = "cases"
    label = "cases"
    verbose_name = _("Cases")
