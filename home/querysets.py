"""Which pages the public may see, and whose notices are whose."""

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet

CITY = ("web_editor", "programme_manager", "system_administrator")


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


def public(pages: PageQuerySet) -> PageQuerySet:
    """Published pages that nobody closed, asked in one query.

    Wagtail's own ``public()`` reads all restrictions first, each time it is called.
    """
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    closed = PageViewRestriction.objects.annotate(below=path)
    return pages.live().filter(
        ~Exists(closed.filter(below__startswith=F("page__path")))
    )
