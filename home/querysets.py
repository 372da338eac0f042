"""Which notices the public sees now, and whose notices are whose."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

CITY = ("web_editor", "programme_manager", "system_administrator")
MOST = 5


class NoticeQuerySet(models.QuerySet):
    """Notices. Their places (``sites``) come from ``programs``: one look up the stairs.

    An operator may speak for its own sites only, and only those say whose they are.
    """

    def visible_to(self, user) -> "NoticeQuerySet":
        """All to the city's desks; to an operator those that are wholly its own."""
        if not user.is_authenticated:
            return self.none()
        if user.scope.has(*CITY):
            return self
        if not user.scope.has("operator_manager", "operator_staff"):
            return self.none()
        own = user.scope.operator_ids
        places = self.model.sites.through.objects
        of_own = places.filter(site__operator__in=own).values("notice")
        of_others = places.exclude(site__operator__in=own).values("notice")
        return self.filter(pk__in=of_own).exclude(pk__in=of_others)

    def in_force(self, at: datetime | None = None) -> "NoticeQuerySet":
        """Those that hold at a moment (now)."""
        at = at or timezone.now()
        return self.filter(starts_at__lte=at, ends_at__gt=at, withdrawn_at=None)

    def shown(self, at: datetime | None = None) -> "NoticeQuerySet":
        """What every page shows: the urgent first, then the latest; never many.

        A notice whose places are all hidden from the public is hidden with them.
        """
        through = self.model.sites.through
        hidden = through.objects.values("notice")
        public = through.objects.filter(site__is_public=True).values("notice")
        return (
            self.in_force(at)
            .filter(Q(pk__in=public) | ~Q(pk__in=hidden))
            .order_by("-level", "-pk")[:MOST]
        )
