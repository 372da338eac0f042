"""Settings, addresses, the joined API and the start-up checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Settings, addresses, the joined API and the start-up checks."""

    name = "portal"
    label = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        from exchange import handlers
        from portal import checks, sqlite  # noqa: F401  registers the checks

        handlers.every(60)(sqlite.empty_journal)
