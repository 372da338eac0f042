"""What may be published of the programme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    """What may be published of the programme."""

    name = "programs"
    label = "programs"
    verbose_name = _("Programme")
