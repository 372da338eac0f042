"""The search page: works without scripts, answers any query, and helps on."""

import time

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page, Site

from home import languages
from home.models.search import SearchSettings
from home.phrases import said
from home.search.find import LONGEST_QUERY, Found, find
from staff.services import client_address
from staff.templatetags.japanese import is_abroad

A_PAGE = 20
MOST_A_MINUTE = 60


def search(request: HttpRequest) -> HttpResponse:
    """Published pages, in the language of the address, that have all the words."""
    query = request.GET.get("q", "").strip()
    is_busy = bool(query) and asks_too_often(request)
    found = Found(query, [], [])
    if query and not is_busy:
        found = find(query, public_pages(request))
    hits = Paginator(found.hits, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query[:LONGEST_QUERY],
        "is_too_long": len(query) > LONGEST_QUERY,
        "is_busy": is_busy,
        "found": found,
        "hits": hits,
        "read_languages": languages.spoken_at(request.get_full_path()),
        "often": often_asked(request),
    }
    status = 429 if is_busy else 200
    return render(request, "home/search.html", context, status=status)


def often_asked(request: HttpRequest) -> list[str]:
    """The words that editors offer, as far as the reader's language has them."""
    words = SearchSettings.load(request_or_site=request).often()
    if is_abroad():
        return [said(word) for word in words if said(word) != word]
    return [said(word) for word in words]


def public_pages(request: HttpRequest):
    """What anybody may read: published, not restricted, in the active language."""
    site = Site.find_for_request(request)
    if site is None:
        return Page.objects.none()
    top = site.root_page.localized
    return top.get_descendants(inclusive=True).live().public()


def asks_too_often(request: HttpRequest) -> bool:
    """More than one search a second for a minute, from one address."""
    key = f"search:{client_address(request)}:{int(time.time() // 60)}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > MOST_A_MINUTE
    except ValueError:
        return False  # the cache made room for others meanwhile
