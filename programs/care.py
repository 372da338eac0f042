"""The facts of sites and services that are to be looked at again."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from home import care
from programs.models import ServiceType, Site


@care.register
def of_sites(until: date) -> Iterator[care.DueFact]:
    """Sites, hidden ones too: casework reads them."""
    for site in Site.objects.filter(review_by__lte=until).select_related("section"):
        address = reverse("site:edit", args=[site.pk])
        yield from care.due(
            site, until, _("Site"), site.name, f"{address}#:w:contentpath=review_by"
        )


@care.register
def of_services(until: date) -> Iterator[care.DueFact]:
    """The services of the contract."""
    rows = ServiceType.objects.filter(review_by__lte=until).select_related("section")
    for row in rows:
        address = reverse("servicetype:edit", args=[row.pk])
        yield from care.due(
            row,
            until,
            _("Service"),
            row.label_public,
            f"{address}#:w:contentpath=review_by",
        )
