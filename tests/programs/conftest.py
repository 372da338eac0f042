"""The seed's public content."""

import pytest

from programs import seed


@pytest.fixture
def seeded(db):
    """The database with the seed's content and the marked demo additions."""
    seed.load(demo=True)
