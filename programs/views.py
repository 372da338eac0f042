"""The months of a site as a page of their own, and the calendar that people keep."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from home import languages
from programs import calendar
from programs.models import Site, SitePage

# A copy is asked about each time: a closure must reach everybody within the minute.
ask_again = cache_control(public=True, max_age=0, must_revalidate=True)
VIEWS = ("table", "list")


@require_safe
@ask_again
@conditional_page
def site_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The next half year of a public site as iCalendar."""
    site = get_object_or_404(Site.objects.public().with_parent(), slug=slug)
    response = HttpResponse(
        calendar.calendar_of(site, timezone.localdate()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = f'inline; filename="{site.slug}.ics"'
    return response


@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """The calendar of the first public site, which leads to those of the others."""
    site = Site.objects.public().first()
    if site is None:
        raise Http404
    return site_month(request, site.slug)


@require_safe
def site_month(request: HttpRequest, slug: str) -> HttpResponse:
    """One month of a public site, as a table or as a list, on one sheet of paper."""
    sites = list(Site.objects.public().with_parent())
    site = next((site for site in sites if site.slug == slug), None)
    if site is None:
        raise Http404
    today = timezone.localdate()
    asked = request.GET.get("month", "")
    month = calendar.month_in(asked, today) if asked else today.replace(day=1)
    view = request.GET.get("view", "")
    context = {
        "site": site,
        "sites": sites,
        "site_page": page_of(site),
        "today": today,
        "view": view if view in VIEWS else "",
        "month_is_unreadable": month is None,
        "sheet": calendar.month_sheet(site, month or today.replace(day=1), today),
        "webcal": webcal_address(site),
        "read_languages": languages.spoken_at(request.get_full_path()),
    }
    if month:
        address = calendar.month_address(site, month if asked else None)
        context["canonical"] = f"{settings.PUBLIC_URL}{address}"
        context["alternates"] = languages.spoken_at(address)
    status = 400 if month is None else 200
    return render(request, "programs/month_page.html", context, status=status)


def page_of(site: Site) -> SitePage | None:
    """The page of the site in the language of the reader, if there is one."""
    pages = SitePage.objects.live().public().filter(site=site)
    code = get_language() or settings.LANGUAGE_CODE
    return pages.filter(locale__language_code=code).first()


def webcal_address(site: Site) -> str:
    """The address with which a calendar program subscribes."""
    path = reverse("site_calendar", args=[site.slug])
    return f"webcal://{urlsplit(settings.PUBLIC_URL).netloc}{path}"
