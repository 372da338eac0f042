"""The models of programs, by subject."""

from programs.models.background import BackgroundPage
from programs.models.facts import ServiceType, Site
from programs.models.flow import FlowPage
from programs.models.opening import OpeningException, OpeningHours, SchoolHoliday
from programs.models.pages import ProgrammePage, SitePage
from programs.models.planned import PlannedFact
from programs.models.school import SchoolPage
from programs.models.statistics import StatisticsPage

__all__ = [
    "BackgroundPage",
    "FlowPage",
    "OpeningException",
    "OpeningHours",
    "PlannedFact",
    "ProgrammePage",
    "SchoolHoliday",
    "SchoolPage",
    "ServiceType",
    "Site",
    "SitePage",
    "StatisticsPage",
]
