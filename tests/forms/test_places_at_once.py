"""The places of a form are counted by one sender after the other."""

import threading

import pytest
from django.db import connections, transaction

from forms.models import FormWindow
from forms.services.windows import take_places
from tests.forms.conftest import question

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connections['default'].vendor != 'postgresql'",
        reason="On SQLite a transaction is alone in writing.",
    ),
]


def test_c22_who_counts_the_places_waits_until_who_came_before_is_through(publish):
    form = publish([question("short_text", "name")])
    window = FormWindow.objects.create(form=form, capacity=1)
    is_through = threading.Event()

    def second():
        try:
            with transaction.atomic():
                take_places(window, {})
            is_through.set()
        finally:
            connections.close_all()

    waiting = threading.Thread(target=second)
    with transaction.atomic():
        take_places(window, {})
        waiting.start()
        assert not is_through.wait(1)
    waiting.join(timeout=20)
    assert is_through.is_set()
