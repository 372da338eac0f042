"""The outbox and real commits: in a file of its own, since its end empties the tables.

Tests that commit come last in a process; a file is never divided between processes.
"""

import pytest
from django.db import transaction

from exchange import handlers
from exchange.services import enqueue, run_now

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_done_before_the_commit(channel):
    with transaction.atomic():
        enqueue("test", "key", {})
        assert run_now("key") is False
    assert channel.calls == []
    assert run_now("key")


def test_the_handler_runs_outside_every_transaction(channel, monkeypatch):
    seen = []
    monkeypatch.setitem(
        handlers._handlers,
        "test",
        lambda payload: seen.append(transaction.get_connection().in_atomic_block),
    )
    enqueue("test", "key", {})

    assert run_now("key")
    assert seen == [False]
