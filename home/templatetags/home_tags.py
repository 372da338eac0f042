"""What every public page asks of the portal: navigation, contact, icons."""

import re

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.models import Site

from home.models import ContactSettings, ContentPage
from home.notices import public_places, shown_now

register = template.Library()
READING = re.compile(r"\{([^{}|]{1,40})\|([^{}|]{1,40})\}")


def site_of(context) -> Site | None:
    """The Wagtail site of the request; none where there is no request or no site."""
    request = context.get("request")
    return Site.find_for_request(request) if request else None


@register.simple_tag(takes_context=True)
def portal_name(context) -> str:
    """The name of the portal as web editors gave it."""
    site = site_of(context)
    return site.site_name if site else ""


@register.simple_tag(takes_context=True)
def contact(context) -> ContactSettings:
    """The office in charge, read once a request."""
    found = ContactSettings.load(request_or_site=context.get("request"))
    found.remember()
    return found


@register.simple_tag
def remembered_office() -> dict[str, str]:
    """The office as last seen; for pages that must not read the database."""
    return ContactSettings.remembered()


@register.inclusion_tag("partials/emergency_lines.html", takes_context=True)
def emergency_lines(context) -> dict[str, object]:
    """The numbers to call in an emergency, the city's own number first."""
    found = ContactSettings.load(request_or_site=context.get("request"))
    return {"contact": found}


@register.inclusion_tag("home/notices.html")
def emergency_notices() -> dict[str, object]:
    """What is urgent now, above the header of every page."""
    return {"notices": [(n, public_places(n)) for n in shown_now()]}


@register.inclusion_tag("partials/icon.html")
def icon(name: str) -> dict[str, str]:
    """One of the portal's own icons; decoration, hidden from screen readers."""
    return {"name": name}


@register.inclusion_tag("partials/navigation.html", takes_context=True)
def navigation(context) -> dict[str, object]:
    """The pages under the home page that editors marked for the menu."""
    site = site_of(context)
    pages = site.root_page.get_children().live().in_menu() if site else []
    request = context.get("request")
    return {"pages": pages, "request": request, "path": request.path if request else ""}


@register.inclusion_tag("partials/breadcrumbs.html", takes_context=True)
def breadcrumbs(context) -> dict[str, object]:
    """The way from the home page to this one; nothing on the home page itself."""
    page, site = context.get("page"), site_of(context)
    if not site or not getattr(page, "depth", None) or page.pk == site.root_page_id:
        return {"ancestors": []}
    above = page.get_ancestors().filter(depth__gte=site.root_page.depth)
    return {"ancestors": above, "page": page, "request": context.get("request")}


@register.inclusion_tag("partials/footer_navigation.html", takes_context=True)
def footer_navigation(context) -> dict[str, object]:
    """The pages that editors want linked at the foot of every page."""
    site = site_of(context)
    pages = ContentPage.objects.live().public().filter(in_footer=True) if site else []
    return {"pages": pages, "request": context.get("request")}


@register.filter
def readings_inline(text: str) -> SafeString:
    """``{漢字|かんじ}`` as ruby; everything else stays the text it is."""
    return format_html_join("", "{}", ((part,) for part in pieces(str(text))))


def pieces(text: str):
    """The text cut at its readings; what is no reading is escaped as it stands."""
    end = 0
    for match in READING.finditer(text):
        yield escape(text[end : match.start()])
        yield format_html(
            "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>", match[1], match[2]
        )
        end = match.end()
    yield escape(text[end:])


@register.filter
def readings(text: str) -> SafeString:
    """The same in paragraphs: one for each line that is not empty."""
    lines = [line for line in str(text).splitlines() if line.strip()]
    return format_html_join(
        "\n", "<p>{}</p>", ((readings_inline(line),) for line in lines)
    )
