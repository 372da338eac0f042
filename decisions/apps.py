"""What the city decided: never changed, only followed by another decision."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecisionsConfig(AppConfig):
    """What the city decided: never changed, only followed by another decision."""

    name = "decisions"
    label = "decisions"
    verbose_name = _("Decisions")

    def ready(self) -> None:
        from decisions import handlers, panels  # noqa: F401  register themselves
