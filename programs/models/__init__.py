"""The models of programs, by subject."""

from programs.models.facts import (
    OpeningException,
    OpeningHours,
    SchoolHoliday,
    ServiceType,
    Site,
)

__all__ = [
    "OpeningException",
    "OpeningHours",
    "SchoolHoliday",
    "ServiceType",
    "Site",
]
