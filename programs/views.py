"""The calendar that people take along."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from programs.calendar import calendar_of
from programs.models import Site


def site_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The next half year of a public site as iCalendar."""
    site = get_object_or_404(Site.objects.public().with_parent(), slug=slug)
    response = HttpResponse(
        calendar_of(site, timezone.localdate()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = f'inline; filename="{site.slug}.ics"'
    return response
