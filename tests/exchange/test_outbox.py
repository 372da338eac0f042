"""The outbox: written with the fact, done at least once, given up where all can see."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exchange import services
from exchange.models import OutboxItem
from exchange.services import enqueue, run_due, run_now, send_again
from staff.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    """Set the clock: ``at(minutes=5)`` from the start of the test."""
    start = timezone.now() + timedelta(seconds=50)

    def move(**delta):
        moment = start + timedelta(**delta)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    move()
    return move


def test_the_same_key_twice_is_one_item_and_one_effect(channel):
    first = enqueue("test", "key", {"n": 1})
    second = enqueue("test", "key", {"n": 2})

    assert first.pk == second.pk
    assert run_now("key") and run_now("key")
    assert run_due(10) == 0
    assert channel.calls == [{"n": 1}]


def test_what_is_rolled_back_is_never_done(channel):
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test", "key", {})
        raise RuntimeError

    assert not run_now("key")
    assert run_due(10) == 0
    assert channel.calls == []


@pytest.mark.parametrize("key", ["", "x" * 121])
def test_a_key_that_the_table_cannot_keep_is_refused(key):
    with pytest.raises(ValueError):
        enqueue("test", key, {})


def test_two_workers_that_read_the_same_item_have_one_effect(channel):
    enqueue("test", "key", {})
    mine, theirs = OutboxItem.objects.get(), OutboxItem.objects.get()

    assert services._attempt(mine) is True
    assert services._attempt(theirs) is False
    assert len(channel.calls) == 1


def test_a_worker_that_read_the_item_before_it_failed_does_not_hurry(channel):
    enqueue("test", "key", {})
    mine, theirs = OutboxItem.objects.get(), OutboxItem.objects.get()
    channel.error = ValueError()

    assert not services._attempt(mine) and not services._attempt(theirs)
    assert len(channel.calls) == 1
    assert OutboxItem.objects.get().attempts == 1


def test_a_live_lease_keeps_others_away(channel):
    item = enqueue("test", "key", {})
    services._take(item)

    assert run_due(10) == 0
    assert run_now("key") is False
    assert channel.calls == []


def test_the_lease_of_a_killed_worker_runs_out(channel, at):
    enqueue("test", "key", {})
    channel.error = SystemExit()
    with pytest.raises(SystemExit):
        run_due(1)
    channel.error = None

    at(seconds=59)
    assert run_due(1) == 0
    at(seconds=61)
    assert run_due(1) == 1
    assert len(channel.calls) == 2


def test_who_lost_the_lease_may_not_report(channel, at):
    item = enqueue("test", "key", {})
    slow = services._take(item)
    at(seconds=61)
    again = OutboxItem.objects.get()
    quick = services._take(again)

    assert services._finish(item, slow) is False
    services._give_back(item, slow, "late")
    assert OutboxItem.objects.get().lease == quick
    assert services._finish(again, quick) is True
    services._give_back(item, slow, "late")
    assert OutboxItem.objects.get().last_error == ""


def test_a_failing_item_backs_off_and_is_given_up(channel, at):
    enqueue("test", "key", {})
    channel.error = ValueError("架空𠮷田 is a secret")
    minutes, waits = 0, [1, 2, 5, 15, 30, 60, 120]
    for wait in waits:
        assert run_due(1) == 0
        at(minutes=minutes + wait, seconds=-5)
        assert run_due(1) == 0, "too early"
        minutes += wait
        at(minutes=minutes)
    assert not OutboxItem.objects.dead().exists()
    run_due(1)

    item = OutboxItem.objects.get()
    assert len(channel.calls) == item.attempts == services.MAX_ATTEMPTS
    assert item.dead_at
    at(days=30)
    assert run_due(1) == 0
    assert run_now("key") is False


def test_an_error_is_kept_by_class_and_place_never_by_text(channel, caplog):
    enqueue("test", "key", {})
    channel.error = ValueError("架空𠮷田 is a secret")
    run_due(1)

    item = OutboxItem.objects.get()
    assert item.last_error.startswith("ValueError exchange/conftest.py:")
    assert "secret" not in item.last_error + caplog.text


def test_an_item_that_kills_its_worker_every_time_is_given_up(channel, at):
    enqueue("test", "key", {})
    channel.error = SystemExit()
    for attempt in range(services.MAX_ATTEMPTS):
        at(minutes=2 * attempt)
        with pytest.raises(SystemExit):
            run_due(1)
    at(hours=10)

    assert run_due(1) == 0
    item = OutboxItem.objects.get()
    assert item.dead_at and item.last_error == services.LOST
    assert len(channel.calls) == services.MAX_ATTEMPTS


def test_a_channel_without_handler_waits_and_does_not_stop_the_rest(channel):
    enqueue("nobody", "a", {})
    enqueue("test", "b", {})

    assert run_due(10) == 1
    assert OutboxItem.objects.get(key="a").last_error.startswith("KeyError")


def test_items_are_done_in_their_order(channel):
    for n in range(5):
        enqueue("test", f"key{n}", {"n": n})

    assert run_due(10) == 5
    assert [call["n"] for call in channel.calls] == [0, 1, 2, 3, 4]


def test_what_was_given_up_can_be_sent_again_and_that_is_written_down(
    channel, at, cast
):
    item = enqueue("test", "key", {})
    OutboxItem.objects.update(dead_at=timezone.now(), attempts=8)
    item.refresh_from_db()

    send_again(item, by=cast["admin"])

    assert run_due(1) == 1
    event = AuditEvent.objects.get(event="outbox.sent_again")
    assert (event.by, event.record) == (cast["admin"], str(item))
    item.refresh_from_db()
    with pytest.raises(ValidationError):
        send_again(item, by=cast["admin"])
