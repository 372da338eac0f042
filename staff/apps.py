"""Who works where, who may see what, and who saw what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Users, units, operators, partners, memberships, delegations, the audit."""

    name = "staff"
    verbose_name = _("Staff and access")

    def ready(self) -> None:
        from staff import handlers  # noqa: F401  registers the receivers
