"""Writers of SQLite queue for their turn, among threads and among processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from staff import turns
from staff.turns import Queue, in_turn

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import django; django.setup()
from staff.turns import in_turn
with in_turn():
    print("mine", flush=True)
    input()
"""
on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL lets writers write side by side."
)


def until(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_threads_get_the_lock_in_the_order_in_which_they_came():
    queue, came = Queue(), []

    def want(number):
        with queue:
            came.append(number)

    threads = [threading.Thread(target=want, args=[number]) for number in range(8)]
    with queue:
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(lambda wanted=number: len(queue.waiting) == wanted)
        assert came == []
    for thread in threads:
        thread.join(timeout=20)
    assert came == list(range(8))
    assert not queue.is_taken


def test_who_waits_too_long_is_told_and_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    queue = Queue()
    with queue:
        with pytest.raises(OperationalError), queue:
            pass
        assert not queue.waiting
    with queue:
        assert queue.is_taken
    assert not queue.is_taken


def test_a_turn_that_comes_as_patience_ends_is_taken():
    queue, mine = Queue(), threading.Lock()
    mine.acquire()
    queue.leave(mine)  # was handed the lock: it waits no longer, and has it


def test_an_error_in_a_turn_hands_the_lock_on():
    queue = Queue()
    with pytest.raises(ZeroDivisionError), queue:
        raise ZeroDivisionError
    with queue:
        assert queue.is_taken


@pytest.fixture
def holder():
    """Another process of the portal that has the turn until told to let go."""
    words = [sys.executable, "-c", HOLD]
    shared = os.environ | {
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, cwd=ROOT, env=shared, stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


@on_sqlite
@pytest.mark.parametrize("end", ["lets go", "is killed"])
def test_processes_wait_for_each_other_even_for_one_that_dies(holder, end):
    taken = threading.Event()

    def want():
        with in_turn():
            taken.set()

    waiting = threading.Thread(target=want)
    waiting.start()
    assert not taken.wait(0.3)
    if end == "is killed":
        holder.send_signal(signal.SIGKILL)
    else:
        holder.stdin.write("\n")
        holder.stdin.flush()
    assert taken.wait(20)
    waiting.join()


@on_sqlite
def test_where_the_file_cannot_be_made_the_threads_still_queue(monkeypatch, settings):
    monkeypatch.setattr(turns, "_handles", {})
    settings.DATA_DIR = Path("/nowhere/at/all")
    with in_turn():
        assert turns._threads.is_taken
    assert not turns._threads.is_taken
