"""Addresses beside the page tree: the site map, robots, the way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.models import Page, Site

from home import languages

HIDDEN_FROM_ROBOTS = [
    "/admin/",
    "/accounts/",
    "/forms/",
    "/status/",
    "/api/",
    "/leave/",
]


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every published public page, each with its other languages."""
    site = Site.find_for_request(request)
    pages = published(site) if site else []
    by_key: dict = {}
    for page in pages:
        for entry in page.get_sitemap_urls(request):
            entry["tag"] = languages.tag_of(page.locale.language_code)
            by_key.setdefault(page.translation_key, []).append(entry)
    return render(
        request,
        "home/sitemap.xml",
        {"groups": by_key.values()},
        content_type="application/xml; charset=utf-8",
    )


def published(site: Site) -> list[Page]:
    """The public pages of all languages that stand there in their own language."""
    found = []
    for root in site.root_page.get_translations(inclusive=True):
        below = root.get_descendants(inclusive=True).live().public()
        below = below.filter(alias_of=None).select_related("locale")
        found += below.specific()
    return found


def robots(request: HttpRequest) -> HttpResponse:
    """Search engines read the pages; never forms, receipts or the desk."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN_FROM_ROBOTS)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def leave(request: HttpRequest) -> HttpResponse:
    """A page that tells nothing of the page before."""
    return render(request, "home/leave.html")
