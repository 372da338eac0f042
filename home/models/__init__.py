"""The models of home, by subject."""

from home.models.approval import ApprovalSettings, ApprovalState, ApprovalTask
from home.models.checking import CheckWord
from home.models.contact import ContactSettings
from home.models.pages import BasePage, ContentPage

__all__ = [
    "ApprovalSettings",
    "ApprovalState",
    "ApprovalTask",
    "BasePage",
    "CheckWord",
    "ContactSettings",
    "ContentPage",
]
