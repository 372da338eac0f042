"""The models of home, by subject."""

from home.models.contact import ContactSettings

__all__ = ["ContactSettings"]
