"""On whose behalf a command carries rows in or out, and which rows."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from exchange.resources import Registered, find
from staff.models import Membership, User
from staff.people import holders


def resource_named(name: str) -> Registered:
    """The resource, or an error that says its name is unknown."""
    entry = find(name)
    if entry is None:
        raise CommandError(_("There is no resource of that name."))
    return entry


def carrier(username: str, permission: str | None) -> User:
    """The person named, or a system administrator; refused without the permission."""
    if username:
        user = User.objects.filter(username=username, is_active=True).first()
    else:
        administrators = holders(role=Membership.Role.SYSTEM_ADMINISTRATOR)
        user = administrators.order_by("pk").first()
    if user is None:
        raise CommandError(_("There is no such person. Name one with --as USERNAME."))
    if not permission or not user.has_perm(permission):
        raise CommandError(
            _("This person may not do that. Name another with --as USERNAME.")
        )
    return user
