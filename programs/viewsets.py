"""Screens where web editors keep the public facts of the programme."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.viewsets.base import ViewSetGroup

from home.models import NoticeText
from programs.forms import SiteForm
from programs.models import SchoolHoliday, ServiceType, Site
from staff.account_viewsets import AuditedModelViewSet

CARE = MultiFieldPanel(
    [FieldPanel("as_of"), FieldPanel("section"), FieldPanel("review_by")],
    heading=_("Care of these facts"),
)


class SiteViewSet(AuditedModelViewSet):
    """Sites with their hours and the days that differ.

    Who runs a site decides who reads its children: that field is the administrator's.
    """

    model = Site
    icon = "home"
    menu_label = _("Sites")
    url_prefix = "sites-of-the-programme"
    list_display = ["name", "parent", "capacity_guide", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["name", "slug"]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("name_kana"),
                FieldPanel("slug"),
                FieldPanel("parent"),
                FieldPanel("operator", permission="programs.assign_operator"),
                FieldPanel("is_public"),
            ],
            heading=_("The site"),
        ),
        CARE,
        InlinePanel(
            "hours",
            heading=_("Opening hours"),
            label=_("Weekday"),
            help_text=_("A satellite without hours keeps those of its main site."),
            panels=[
                FieldPanel("season"),
                FieldPanel("weekday"),
                FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
            ],
        ),
        FieldPanel("holiday_rule"),
        MultiFieldPanel(
            [
                FieldPanel("year_end_rule"),
                FieldRowPanel(
                    [FieldPanel("year_end_from"), FieldPanel("new_year_until")]
                ),
            ],
            heading=_("Over the New Year"),
        ),
        InlinePanel(
            "exceptions",
            heading=_("Closures and changes"),
            label=_("Day"),
            help_text=_(
                "They win over every rule. Where two hold on one day, the shorter one"
                " counts."
            ),
            panels=[
                FieldRowPanel([FieldPanel("date"), FieldPanel("last_day")]),
                FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
                FieldPanel("reason"),
            ],
        ),
        MultiFieldPanel(
            [
                FieldPanel("capacity_guide"),
                FieldPanel("capacity_note"),
                FieldPanel("audience"),
                FieldPanel("fee_note"),
            ],
            heading=_("Capacity, audience, fees"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("address_visibility"),
                FieldPanel("area"),
                FieldPanel("address"),
                FieldPanel("phone"),
            ],
            heading=_("Where it is"),
        ),
    ]
    edit_handler = ObjectList(panels, base_form_class=SiteForm)


class ServiceTypeViewSet(AuditedModelViewSet):
    """The services: what they are called in the contract and for the public."""

    model = ServiceType
    icon = "list-ul"
    menu_label = _("Services")
    url_prefix = "services"
    list_display = ["code", "label_public", "label_official", "is_public"]
    panels = [
        FieldPanel("code"),
        FieldPanel("label_public"),
        FieldPanel("description"),
        FieldPanel("icon"),
        FieldPanel("is_public"),
        FieldPanel("order"),
        CARE,
        MultiFieldPanel(
            [
                FieldPanel("label_official"),
                FieldPanel("unit"),
                FieldPanel("is_optional"),
            ],
            heading=_("In the contract"),
        ),
    ]


class SchoolHolidayViewSet(AuditedModelViewSet):
    """The school holidays of the city, period by period."""

    model = SchoolHoliday
    icon = "calendar-alt"
    menu_label = _("School holidays")
    url_prefix = "school-holidays"
    list_display = ["fiscal_year_words", "name", "starts_on", "ends_on"]
    panels = [FieldPanel("name"), FieldPanel("starts_on"), FieldPanel("ends_on")]


class NoticeTextViewSet(AuditedModelViewSet):
    """The words that emergency notices start from."""

    model = NoticeText
    icon = "warning"
    menu_label = _("Texts of notices")
    url_prefix = "notice-texts"
    list_display = ["name", "level", "title"]
    panels = [
        FieldPanel(name)
        for name in ("name", "level", "title", "body", "closes_today", "reason")
    ]


class ProgrammeGroup(ViewSetGroup):
    """The public facts, together in the menu."""

    items = (
        SiteViewSet,
        ServiceTypeViewSet,
        SchoolHolidayViewSet,
        NoticeTextViewSet,
    )
    menu_label = _("Facts of the programme")
    menu_icon = "home"
    menu_order = 300
