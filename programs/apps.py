"""What may be published of the programme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    """What may be published of the programme."""

    name = "programs"
    label = "programs"
    verbose_name = _("Programme")

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save
        from wagtail.signals import page_published

        from exchange.resources import register
        from home.search.index import register as register_words
        from programs import (
            care,  # noqa: F401  registers its facts
            handlers,  # registers mail and schedule as well
        )
        from programs.resources import PartnerResource

        for name in handlers.FACTS:
            for signal in (post_save, post_delete):
                signal.connect(handlers.on_fact, sender=self.get_model(name))

        page_published.connect(handlers.on_site_page, sender=self.get_model("SitePage"))
        register(
            "partners",
            PartnerResource,
            label=_("List of schools and groups"),
            import_permission="staff.import_partner",
            export_permission="staff.export_partner",
        )
        register_words(
            self.get_model("SitePage"),
            words=lambda page: page.site.searched_words,
            is_hidden=lambda page: not page.site.is_public,
        )
