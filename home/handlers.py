"""What the public pages do at news from below: migrations, logins, memberships."""

from django.conf import settings

from home import languages, services
from home.checking.words import ensure_words


def after_migrate(sender, **kwargs) -> None:
    """Every database has its web editors and its way of approval, a fresh one too."""
    services.ensure_editors()
    services.ensure_approval()
    services.name_what_is_unused()
    ensure_words()


def on_locale(sender, instance, created, raw=False, **kwargs) -> None:
    """A language that the city adds has its tree of pages at once."""
    if created and not raw and instance.language_code != settings.LANGUAGE_CODE:
        languages.synchronise([instance])


def on_login(sender, user, **kwargs) -> None:
    """A membership that ended since the last login takes the group along."""
    services.keep_editors_group(user)


def on_membership(sender, instance, **kwargs) -> None:
    """A membership given, changed or taken away counts from this moment."""
    user = type(instance.user).objects.get(pk=instance.user_id)
    services.keep_editors_group(user)
