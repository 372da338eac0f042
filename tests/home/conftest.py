"""The seed's public content."""

from tests.programs.conftest import seeded

__all__ = ["seeded"]
