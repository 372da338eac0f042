"""Pages, blocks, navigation, search and the emergency notice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """Pages, blocks, navigation, search and the emergency notice."""

    name = "home"
    label = "home"
    verbose_name = _("Public pages")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_delete, post_migrate, post_save
        from wagtail import workflows

        from home import freshness, handlers, languages
        from home.approval import trail, values
        from home.signals import public_content_changed

        # Only our step can be added: Wagtail's lets the requester approve.
        workflows.TASK_TYPES = [self.get_model("ApprovalTask")]
        post_migrate.connect(handlers.after_migrate, sender=self)
        post_save.connect(handlers.on_locale, sender="wagtailcore.Locale")
        user_logged_in.connect(handlers.on_login)
        post_save.connect(handlers.on_membership, sender="staff.Membership")
        post_delete.connect(handlers.on_membership, sender="staff.Membership")
        post_save.connect(trail.on_log_entry, sender="wagtailcore.PageLogEntry")
        post_save.connect(trail.on_task_edited, sender="wagtailcore.ModelLogEntry")
        connection_created.connect(freshness.watch)
        languages.remember_locales()
        values.teach_blocks()
        public_content_changed.connect(freshness.on_public_content_changed)
