"""What every public page asks of the portal: navigation, contact, icons."""

from django import template
from wagtail.models import Site

from home.models import ContactSettings

register = template.Library()


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
