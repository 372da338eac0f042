"""The models of programs, by subject."""

from programs.models.facts import (
    OpeningException,
    OpeningHours,
    SchoolHoliday,
    ServiceType,
    Site,
)
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
