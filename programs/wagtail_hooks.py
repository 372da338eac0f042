"""Registration of programs with the admin."""

from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.components import Component

from programs.hours import missing_years
from programs.viewsets import ProgrammeGroup
from staff.dates import fiscal_year_words


@hooks.register("register_admin_viewset")
def programme():
    return ProgrammeGroup()


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
