"""What staff writes down by itself: logging in, and settings that were saved."""

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from staff.models import AuditEvent, User
from staff.services import client_address, record_event


@receiver(user_logged_in)
def write_down_login(sender, request, user, **kwargs):
    """Who logged in, and from where."""
    record_event(
        "login",
        action=AuditEvent.Action.LOGIN,
        by=user,
        ip=client_address(request) if request else "",
    )


@receiver(user_login_failed)
def write_down_failure(sender, credentials, request=None, **kwargs):
    """Whose account somebody tried in vain; what was typed is not kept."""
    name = str(credentials.get("username", ""))[:150]
    user = User.objects.filter(username=name).first()
    record_event(
        "login.failed",
        action=AuditEvent.Action.DENIED,
        ip=client_address(request) if request else "",
        user=user.pk if user else None,
    )
