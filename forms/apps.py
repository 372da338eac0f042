"""The questions staff design, the versions published, the answers received."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

MINUTE, HOUR = 60, 3600


class FormsConfig(AppConfig):
    """The questions staff design, the versions published, the answers received."""

    name = "forms"
    label = "portal_forms"
    verbose_name = _("Forms")

    def ready(self) -> None:
        from wagtail.signals import published, unpublished

        from exchange import handlers
        from forms.models import FormDefinition
        from forms.services import (
            add_version_on_publishing,
            forget_expired_drafts,
            record_unpublishing,
        )
        from forms.services.entering import forget_entries_without_form
        from forms.services.files import scan_waiting, sweep_orphans

        handlers.every(HOUR)(forget_entries_without_form)
        handlers.every(HOUR)(partial(forget_expired_drafts, limit=1000))
        handlers.every(MINUTE)(scan_waiting)
        handlers.every(24 * HOUR)(sweep_orphans)
        published.connect(
            add_version_on_publishing,
            sender=FormDefinition,
            dispatch_uid="forms.add_version_on_publishing",
        )
        unpublished.connect(
            record_unpublishing,
            sender=FormDefinition,
            dispatch_uid="forms.record_unpublishing",
        )
