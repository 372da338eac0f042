"""Opening states and days in templates."""

from django import template
from django.utils import timezone

from programs import hours
from programs.models import SchoolHoliday, Site

register = template.Library()


@register.inclusion_tag("programs/partials/opening_state.html")
def opening_state(state: hours.Now, pages: dict | None = None) -> dict[str, object]:
    """The state of a site now, in words; *pages* finds its page by the site's id."""
    return {"state": state, "page": (pages or {}).get(state.site.pk)}


@register.inclusion_tag("programs/partials/opening_state.html")
def opening_now(site: Site) -> dict[str, object]:
    """The state of one site now, looked up here."""
    return {"state": hours.states_now([site])[0], "page": None}


@register.simple_tag
def door_values(stream) -> list:
    """The values of a stream of large links."""
    return [block.value for block in stream]


@register.simple_tag
def main_timetables() -> dict[str, object]:
    """The hours of every public main site, as they are kept with it."""
    today = timezone.localdate()
    sites = list(Site.objects.public().with_parent().filter(parent=None))
    return {
        "tables": hours.timetables(sites, today, today + hours.LOOK_AHEAD),
        "holidays": SchoolHoliday.objects.filter(ends_on__gte=today),
    }
