"""The models of home, by subject."""

from home.models.approval import (
    Approval,
    ApprovalSettings,
    ApprovalState,
    ApprovalTask,
)
from home.models.checking import CheckWord
from home.models.contact import ContactSettings
from home.models.documents import DocumentListPage
from home.models.faq import FaqPage
from home.models.news import NewsIndexPage, NewsPage
from home.models.notices import Notice, NoticeText
from home.models.opinion import PageOpinion
from home.models.pages import BasePage, ChildrenPage, ContentPage
from home.models.phrase import Phrase
from home.models.reading import Reading
from home.models.search import SearchSettings
from home.models.section import Cared, Section
from home.models.starter import Starter
from home.models.statements import AccessibilityPage, PrivacyPage

__all__ = [
    "AccessibilityPage",
    "Approval",
    "ApprovalSettings",
    "ApprovalState",
    "ApprovalTask",
    "BasePage",
    "Cared",
    "ChildrenPage",
    "CheckWord",
    "ContactSettings",
    "ContentPage",
    "Notice",
    "NoticeText",
    "DocumentListPage",
    "FaqPage",
    "NewsIndexPage",
    "NewsPage",
    "PageOpinion",
    "Phrase",
    "PrivacyPage",
    "Reading",
    "Section",
    "SearchSettings",
    "Starter",
]
