"""What the operator tells the city; every figure is counted here."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """What the operator tells the city; every figure is counted here."""

    name = "reports"
    label = "reports"
    verbose_name = _("Reports and figures")
