"""Whose file this is and how it came to us."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Whose file this is and how it came to us."""

    name = "cases"
    label = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import handlers  # noqa: F401  registers itself
        from cases.resources import ReferralResource
        from exchange.resources import register

        register(
            "referrals",
            ReferralResource,
            label=_("Referrals"),
            export_permission="cases.export_referral",
        )
