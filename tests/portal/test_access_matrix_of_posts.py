"""Nothing is changed by whom it is hidden from."""

import pytest

from tests.portal.addresses import addresses
from tests.portal.matrix import (
    HIDDEN,
    MISSING,
    OPEN,
    PLAYED,
    PRIVATE,
    values,
    visible_keys,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", PLAYED)
def test_no_post_reaches_a_hidden_record(client, world, who):
    user = world[who]
    client.force_login(user, backend="staff.backends.MembershipBackend")
    is_staff = user.has_perm("wagtailadmin.access_admin")
    for address in addresses("admin/"):
        space = address.name.split(":")[0]
        if space not in PRIVATE or "pk" not in address.parameters:
            continue
        seen = visible_keys(user, PRIVATE[space])
        for pk in {OPEN, HIDDEN, MISSING} - seen:
            answer = client.post(address.filled(values(pk)), {"revision": "1"})
            assert answer.status_code == (404 if is_staff else 302), address.route
