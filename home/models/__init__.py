"""The models of home, by subject."""

from home.models.approval import ApprovalSettings, ApprovalState, ApprovalTask
from home.models.checking import CheckWord
from home.models.contact import ContactSettings
from home.models.notices import Notice, NoticeText
from home.models.pages import BasePage, ContentPage
from home.models.search import SearchSettings

__all__ = [
    "ApprovalSettings",
    "ApprovalState",
    "ApprovalTask",
    "BasePage",
    "CheckWord",
    "ContactSettings",
    "ContentPage",
    "Notice",
    "NoticeText",
    "SearchSettings",
]
