"""The models of home, by subject."""

from home.models.contact import ContactSettings
from home.models.notices import Notice, NoticeText
from home.models.pages import BasePage, ContentPage

__all__ = [
    "BasePage",
    "ContactSettings",
    "ContentPage",
    "Notice",
    "NoticeText",
]
