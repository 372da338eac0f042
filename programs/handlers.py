"""What follows when a public fact changes: its date, and news for kept copies."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from home.signals import public_content_changed
from programs.models import OpeningException, OpeningHours, SchoolHoliday, Site

FACTS = ("Site", "ServiceType", "OpeningHours", "OpeningException", "SchoolHoliday")


def on_fact(sender, instance, raw: bool = False, **kwargs) -> None:
    """A fact was saved or deleted: its sites say so, and copies of pages are stale."""
    if raw:
        return
    touched = sites_of(instance)
    if touched is not None:
        touched.update(facts_at=timezone.now())
    transaction.on_commit(announce)


def sites_of(instance):
    """The sites whose days or facts depend on it; None where no site does."""
    if isinstance(instance, SchoolHoliday):
        return Site.objects.all()
    if isinstance(instance, OpeningHours | OpeningException):
        pk = instance.site_id
    elif isinstance(instance, Site):
        pk = instance.pk
    else:
        return None
    return Site.objects.filter(Q(pk=pk) | Q(parent=pk))


def announce() -> None:
    public_content_changed.send(sender="programs")
