"""The models of cases, by subject."""

from cases.models.assessment import Assessment
from cases.models.case import Case
from cases.models.child import Child, Guardian
from cases.models.contact import Consent, ContactLog
from cases.models.paper import CasePaper
from cases.models.referral import Referral

__all__ = [
    "Assessment",
    "Case",
    "CasePaper",
    "Child",
    "Consent",
    "ContactLog",
    "Guardian",
    "Referral",
]
