"""Which pages the public may see."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet


def public(pages: PageQuerySet) -> PageQuerySet:
    """Published pages that nobody closed, asked in one query.

    Wagtail's own ``public()`` reads all restrictions first, each time it is called.
    """
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    closed = PageViewRestriction.objects.annotate(below=path)
    return pages.live().filter(
        ~Exists(closed.filter(below__startswith=F("page__path")))
    )
