"""What is made up stands in the demo alone."""

import json

from programs import seed
from programs.models import ServiceType, Site
from tests.programs.test_pages import words


def test_without_the_demo_nothing_is_made_up(client, db):
    seed.load()
    text = words(client, "/")
    assert "架空" not in text
    assert "夏・冬・春休みの日程は、お問い合わせください" in text
    assert "架空" not in json.dumps(
        [list(Site.objects.values()), list(ServiceType.objects.values())], default=str
    )
