"""The models of decisions, by subject."""

from decisions.models.application import PlacementInquiry, UseApplication
from decisions.models.decision import Decision, Notice
from decisions.models.enrolment import Enrolment
from decisions.models.paper_settings import PaperSettings

__all__ = [
    "Decision",
    "Enrolment",
    "Notice",
    "PaperSettings",
    "PlacementInquiry",
    "UseApplication",
]
