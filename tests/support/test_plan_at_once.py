"""Sixteen people confirm one plan at the same moment, each on a connection of its own.

In a file of its own, since its end empties the tables: tests that commit come last.
"""

import threading

import pytest
from django.db import connection, connections

from exchange.models import OutboxItem
from staff.models import AuditEvent
from support.models import PlanVersion
from tests.support.test_plan_states import confirm

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite under test is in one thread"
    ),
    pytest.mark.django_db(transaction=True),
]


def test_of_sixteen_who_confirm_at_once_one_does(acknowledged, cast):
    start = threading.Barrier(16)
    outcomes = []

    def act():
        page = PlanVersion.objects.get(pk=acknowledged.pk)
        start.wait(timeout=30)
        outcomes.append(confirm(page, cast["operator"]))
        connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done"] + ["refused"] * 15
    assert AuditEvent.objects.filter(event="plan.confirmed").count() == 1
    assert OutboxItem.objects.filter(channel="plan-paper").count() == 1
