"""Addresses beside the page tree: the site map, robots, the way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.models import Page, Site

HIDDEN_FROM_ROBOTS = [
    "/admin/",
    "/accounts/",
    "/forms/",
    "/status/",
    "/api/",
    "/leave/",
]


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every published public page, for search engines."""
    site = Site.find_for_request(request)
    pages = Page.objects.none()
    if site:
        pages = site.root_page.get_descendants(inclusive=True).live().public()
    entries = [
        entry for page in pages.specific() for entry in page.get_sitemap_urls(request)
    ]
    return render(
        request,
        "home/sitemap.xml",
        {"entries": entries},
        content_type="application/xml; charset=utf-8",
    )


def robots(request: HttpRequest) -> HttpResponse:
    """Search engines read the pages; never forms, receipts or the desk."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN_FROM_ROBOTS)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def leave(request: HttpRequest) -> HttpResponse:
    """A page that tells nothing of the page before."""
    return render(request, "home/leave.html")
