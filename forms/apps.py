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
        from forms import (
            mail,  # noqa: F401  registers the mail to senders
            news,
        )
        from forms.models import FormDefinition
        from forms.services import (
            add_version_on_publishing,
            forget_expired_drafts,
            record_unpublishing,
        )
        from forms.services.entering import forget_entries_without_form
        from forms.services.export_jobs import make_waiting, sweep_exports
        from forms.services.files import scan_waiting, sweep_orphans
        from forms.services.inbox import follow_sender
        from forms.services.look_up import forget_wrong_guesses
        from forms.services.retention import run_retention
        from forms.services.siblings import forget_shared
        from forms.services.tally import forget_old_counts

        news.register(follow_sender)
        handlers.every(HOUR)(forget_entries_without_form)
        handlers.every(HOUR)(partial(forget_expired_drafts, limit=1000))
        handlers.every(HOUR)(forget_shared)
        handlers.every(HOUR)(forget_old_counts)
        handlers.every(MINUTE)(scan_waiting)
        handlers.every(10 * MINUTE)(sweep_exports)
        handlers.aside(make_waiting)
        handlers.every(HOUR)(forget_wrong_guesses)
        handlers.every(24 * HOUR)(sweep_orphans)
        handlers.every(24 * HOUR)(run_retention)
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
