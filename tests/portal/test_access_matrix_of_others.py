"""Nothing leaks to people beside the offices of the city, nor to nobody."""

import pytest

from tests.portal.matrix import OTHERS, look_everywhere

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", OTHERS)
def test_no_address_gives_a_hidden_record_away(client, world, who):
    look_everywhere(client, world, who)
