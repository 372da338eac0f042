"""The style page: every component of the public pages in every state, for staff."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from home.blocks import ICONS

COLOURS = [
    "page",
    "surface",
    "surface-soft",
    "surface-key",
    "surface-calm",
    "surface-urgent",
]


def styleguide(request: HttpRequest) -> HttpResponse:
    """One page to look at and to test; for whoever has a desk, 404 for all others."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    context = {"icons": ICONS, "colours": COLOURS, "numbers": range(1, 32)}
    return render(request, "styleguide.html", context)
