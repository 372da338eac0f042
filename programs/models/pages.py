"""The home page of the programme, and the page of each site."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from home.blocks import LinkBlock
from home.freshness import remembered
from home.linked_data import announcements
from home.models import BasePage, ContactSettings, NewsPage
from home.page_forms import PortalPageForm
from home.querysets import public
from programs import calendar, hours, linked_data, planned
from programs.blocks import ChangeBlock, HolidayBlock
from programs.models.facts import ServiceType, Site
from programs.models.opening import SchoolHoliday


class ProgrammePage(BasePage):
    """The top page: what it is, whether it is open today, where to go on."""

    tagline = models.CharField(_("Line above the heading"), max_length=80, blank=True)
    doors = StreamField(
        [("door", LinkBlock())],
        blank=True,
        verbose_name=_("Ways on, by audience"),
    )
    audience_text = models.TextField(_("Whom it is for"), blank=True, max_length=600)

    template = "programs/programme_page.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("tagline"),
        index.SearchField("audience_text"),
        index.SearchField("doors"),
    ]
    content_panels = [
        *BasePage.content_panels[:1],
        FieldPanel("tagline"),
        FieldPanel("lead"),
        FieldPanel("audience_text"),
        FieldPanel("doors"),
        FieldPanel("body"),
    ]

    api_fields = [
        *BasePage.api_fields,
        *(APIField(name) for name in ("tagline", "audience_text", "doors")),
    ]

    class Meta:
        verbose_name = _("Top page of the programme")

    def get_context(self, request, *args, **kwargs):
        """The states of all public sites and the hours of the main ones."""
        today = timezone.localdate()
        tables = remembered(("tables", today), lambda: tables_of(today))
        now = timezone.now()
        states = [hours.state_of(table, now) for table in tables]
        pages = remembered(
            ("pages of sites", self.locale_id), lambda: site_pages(self.locale_id)
        )
        return super().get_context(request, *args, **kwargs) | {
            "states": states,
            # All that the words about today depend on besides what is published.
            "moment": (today, *((each.site.pk, each.state) for each in states)),
            "tables": [table for table in tables if table.site.parent_id is None],
            "services": ServiceType.objects.public(),
            "news": NewsPage.latest().filter(locale=self.locale_id)[:3],
            "site_pages": pages,
            "holidays": SchoolHoliday.objects.filter(ends_on__gte=today),
            "today": today,
            "own_data": [
                *remembered(
                    ("services", request.get_host(), self.locale_id, today),
                    lambda: services_of(tables, pages, today, request),
                ),
                *announcements(),
            ],
        }


def services_of(tables, pages, today: date, request) -> list[linked_data.Data]:
    """What each site's own page tells machines, where there is one; no addresses."""
    return [
        linked_data.service_of(
            table.site,
            pages[table.site.pk].get_full_url(request),
            linked_data.specifications(table, today),
            contact=ContactSettings.load(request_or_site=request),
            is_own_page=False,
        )
        for table in tables
        if table.site.pk in pages
    ]


def tables_of(today: date) -> list[hours.Timetable]:
    """The rules of all public sites for the half year that is published."""
    sites = Site.objects.public().with_parent()
    end = today + timedelta(days=calendar.CALENDAR_DAYS)
    return hours.timetables(sites, today, end)


def site_pages(locale_id: int) -> dict[int, Page]:
    """The pages of sites in one language, by the site's key."""
    pages = public(SitePage.objects.filter(locale=locale_id))
    return {page.site_id: page for page in pages}


class SitePageForm(PortalPageForm):
    """As every page's; opening days are planned on the Japanese page alone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not planned.is_planning(self.instance):
            self.fields.pop("planned", None)


class SitePage(BasePage):
    """The page of one site: hours, calendar, facts; what is unknown says so."""

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="pages", verbose_name=_("Site")
    )

    planned = StreamField(
        [("holiday", HolidayBlock()), ("change", ChangeBlock())],
        blank=True,
        verbose_name=_("Opening days that change with this publication"),
        help_text=_(
            "They become school holidays, or closures and changes of this site, at the"
            " moment in which the page is published, and show in the preview before."
            " Taking an entry away takes its days back with the next publication,"
            " unless they have begun, were changed by hand since, or are planned"
            " elsewhere too."
        ),
    )

    base_form_class = SitePageForm
    template = "programs/site_page.html"
    parent_page_types = ["home.ContentPage"]
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels[:1],
        FieldPanel("site"),
        FieldPanel("planned"),
        *BasePage.content_panels[1:],
    ]

    class Meta:
        verbose_name = _("Page of a site")
        verbose_name_plural = _("Pages of sites")

    def get_context(self, request, *args, **kwargs):
        """What the page tells; a preview tells it as if the draft were published."""
        context = super().get_context(request, *args, **kwargs)
        is_preview = getattr(request, "is_preview", False)
        if not is_preview or not self.planned or not planned.is_planning(self):
            return context | self.told(request)
        with planned.supposed(self):
            context |= self.told(request)
            today = context["today"]
            context["planned_sheets"] = [
                calendar.month_sheet(context["site"], month, today)
                for month in planned.months_of(self)
            ]
        return context

    def told(self, request) -> dict:
        """The site's state, its timetable, and the month that was asked for."""
        site = Site.objects.with_parent().get(pk=self.site_id)
        now, today = timezone.now(), timezone.localdate()
        asked = request.GET.get("month", "")
        month = calendar.month_in(asked, today) if asked else today.replace(day=1)
        table = hours.timetable(
            site, today, today + timedelta(days=calendar.CALENDAR_DAYS)
        )
        return {
            "site": site,
            "state": hours.state_of(table, now),
            "table": table,
            "own_data": [
                linked_data.service_of(
                    site,
                    self.get_full_url(request),
                    linked_data.specifications(table, today),
                    contact=ContactSettings.load(request_or_site=request),
                ),
                *announcements(),
            ],
            "today": today,
            "month_is_unreadable": month is None,
            "kept_query": f"month={month:%Y-%m}" if asked and month else "",
            "sheet": calendar.month_sheet(site, month or today.replace(day=1), today),
            "satellites": list(site.satellites.filter(is_public=True)),
            "holidays": list(SchoolHoliday.objects.filter(ends_on__gte=today)),
        }

    def get_sitemap_urls(self, request=None):
        """The page and its calendar; none while the site is hidden."""
        if not self.site.is_public:
            return []
        with translation.override(self.locale.language_code):
            months = reverse("site_month", args=[self.site.slug])
        address = f"{settings.PUBLIC_URL}{months}"
        dated = {"location": address, "lastmod": self.site.facts_at, "part": "calendar"}
        return [*super().get_sitemap_urls(request), dated]

    def clean(self) -> None:
        """A site has one page in each language."""
        super().clean()
        others = SitePage.objects.filter(site_id=self.site_id, locale=self.locale_id)
        if others.exclude(pk=self.pk).exists():
            raise ValidationError({"site": _("This site has a page already.")})

    def serve(self, request, *args, **kwargs):
        """As every page; 404 for a hidden site, 400 for a month that is unreadable."""
        if not self.site.is_public:
            raise Http404
        response = super().serve(request, *args, **kwargs)
        if response.context_data["month_is_unreadable"]:
            response.status_code = 400
        return response
