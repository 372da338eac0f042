"""The models of programs, by subject."""

from programs.models.facts import ServiceType, Site
from programs.models.opening import OpeningException, OpeningHours, SchoolHoliday
from programs.models.pages import ProgrammePage, SitePage

__all__ = [
    "OpeningException",
    "OpeningHours",
    "ProgrammePage",
    "SchoolHoliday",
    "ServiceType",
    "Site",
    "SitePage",
]
