"""Two children in every private table, for the tests of who may see what."""

import pytest

from tests.portal.matrix import both_children


@pytest.fixture
def world(cast, site):
    """The people of the cast, beside both children."""
    with both_children(site):
        yield cast
