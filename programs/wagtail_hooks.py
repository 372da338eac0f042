"""Registration of programs with the admin."""

from django.urls import path, reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from home.models import Notice
from programs import reports
from programs.hours import missing_years
from programs.notice_views import NoticeViewSet
from programs.viewsets import ProgrammeGroup
from staff.dates import fiscal_year_words


@hooks.register("register_admin_viewset")
def programme():
    return ProgrammeGroup()


@hooks.register("register_admin_viewset")
def notices():
    return NoticeViewSet("notices")


class NoticePanel(Component):
    """At home: the button for an emergency, and the notices not yet over."""

    name = "notices"
    order = 10
    template_name = "programs/notice_panel.html"

    def __init__(self, user):
        self.user = user

    def get_context_data(self, parent_context=None):
        kept = Notice.objects.visible_to(self.user).filter(
            withdrawn_at=None, ends_at__gt=timezone.now()
        )
        return {"notices": kept[:10]}


@hooks.register("construct_homepage_panels")
def notice_panel(request, panels):
    if request.user.has_perm("home.add_notice"):
        panels.append(NoticePanel(request.user))


class MissingHolidaysPanel(Component):
    """At home: the fiscal years for which nobody has entered school holidays."""

    name = "missing_holidays"
    order = 41
    template_name = "programs/missing_holidays_panel.html"

    def get_context_data(self, parent_context=None):
        years = missing_years(timezone.localdate())
        return {
            "years": [fiscal_year_words(year) for year in years],
            "address": reverse("schoolholiday:add"),
        }


@hooks.register("construct_homepage_panels")
def missing_holidays_panel(request, panels):
    if request.user.has_perm("programs.add_schoolholiday"):
        panels.append(MissingHolidaysPanel())


OWN_REPORTS = (
    reports.FactsReport,
    reports.ChildrensWordsReport,
    reports.OpinionsReport,
    reports.TranslationsReport,
)


@hooks.register("register_admin_urls")
def own_reports():
    """The reports of this portal, each behind its own permission."""
    return [
        path(f"page-reports/{view.name}/", view.as_view(), name=f"report_{view.name}")
        for view in OWN_REPORTS
    ]


@hooks.register("construct_reports_menu", order=10)
def reports_in_menu(request, items):
    """After home took Wagtail's away: ours, for those who may open them."""
    for order, view in enumerate(OWN_REPORTS):
        if request.user.has_perm(view.permission_required):
            items.append(
                MenuItem(
                    view.page_title,
                    reverse(f"report_{view.name}"),
                    name=f"report-{view.name}",
                    icon_name=view.header_icon,
                    order=order,
                )
            )
