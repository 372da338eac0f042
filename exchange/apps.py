"""Everything that crosses the border: spreadsheets, PDF, mail, the outbox."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Everything that crosses the border: spreadsheets, PDF, mail, the outbox."""

    name = "exchange"
    label = "exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        from exchange import anchors, checks, imports, mail  # noqa: F401  register
