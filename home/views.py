"""Addresses beside the page tree: the site map, robots, the way out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import Page, Site

from home import languages, opinions, readings
from home.models import PageOpinion
from staff.services import client_address

HIDDEN_FROM_ROBOTS = [
    "/admin/",
    "/accounts/",
    "/forms/",
    "/status/",
    "/api/",
    "/leave/",
    "/furigana/",
    "/feedback/",
]


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every published public page, each with its other languages."""
    site = Site.find_for_request(request)
    pages = published(site) if site else []
    groups: dict = {}
    for page in pages:
        for entry in page.get_sitemap_urls(request):
            entry["tag"] = languages.tag_of(page.locale.language_code)
            key = (page.translation_key, entry.pop("part", ""))
            groups.setdefault(key, []).append(entry)
    return render(
        request,
        "home/sitemap.xml",
        {"groups": groups.values()},
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
    """A page that tells nothing of the page before, and that nobody keeps."""
    response = render(request, "home/leave.html")
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
def furigana(request: HttpRequest) -> HttpResponse:
    """Turn readings on or off for this browser, and go back to the page.

    A GET without a token: pages that anybody may read are the same for everybody, so
    none of them can carry one. What is not understood changes nothing.
    """
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    response["Cache-Control"] = "no-store"
    readings.choose(request, response, request.GET.get("to"))
    return response


@csrf_exempt  # pages that all share carry no token, and nothing here is anybody's
@require_POST
def feedback(request: HttpRequest, page_id: int) -> HttpResponse:
    """Count whether a public page was of use; no cookie, no name, no address kept."""
    page = get_object_or_404(Page.objects.live().public(), pk=page_id, depth__gt=1)
    answer = request.POST.get("answer", "")
    if answer not in PageOpinion.Answer.values:
        state, status = "unread", 400
    elif opinions.is_too_often(client_address(request)):
        state, status = "often", 429
    else:
        opinions.count(page, answer)
        state, status = "counted", 200
    context = {"state": state, "about": page}
    response = render(request, "home/feedback.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
