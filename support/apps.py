"""What is done with the child, day by day."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    """What is done with the child, day by day."""

    name = "support"
    label = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        # They register themselves: the paper with the outbox, the panel with cases.
        from support import handlers, panels  # noqa: F401
