"""Writers of SQLite queue for their turn, among threads and among processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from staff import turns
from staff.models import NumberSeries
from staff.turns import Turns, between_processes

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import django; django.setup()
from staff.turns import between_processes
with between_processes():
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


class Desk:
    """Work that notes what it was given, and waits at the word "wait" to be let go."""

    def __init__(self) -> None:
        self.given: list[list] = []
        self.reached, self.go = threading.Event(), threading.Event()
        self.turns = Turns(self.work)
        self.threads: list[threading.Thread] = []
        self.made: dict = {}

    def work(self, wanted):
        self.given.append(list(wanted))
        if "wait" in wanted:
            self.reached.set()
            assert self.go.wait(20)
        if "fault" in wanted:
            raise KeyError("fault")
        return [f"made of {each}" for each in wanted]

    def want(self, wanted) -> None:
        """Want something in a thread of its own; come back once it waits."""

        def take():
            try:
                self.made[wanted] = self.turns.take(wanted)
            except Exception as error:  # noqa: BLE001  looked at by the test
                self.made[wanted] = error

        self.threads.append(threading.Thread(target=take))
        before = len(self.turns.waiting)
        self.threads[-1].start()
        if len(self.threads) > 1:
            until(lambda: len(self.turns.waiting) > before or wanted in self.made)
        else:
            assert self.reached.wait(20)

    def end(self) -> None:
        self.go.set()
        for thread in self.threads:
            thread.join(timeout=20)


@pytest.fixture
def desk(monkeypatch):
    """Threads at a desk; what a transaction keeps is another test's."""
    monkeypatch.setattr(turns.transaction, "atomic", nullcontext)
    desk = Desk()
    desk.want("wait")
    yield desk
    desk.end()


@on_sqlite
def test_who_comes_while_one_writes_is_written_together_in_the_order_of_coming(desk):
    for number in range(8):
        desk.want(number)
    desk.end()
    assert desk.given == [["wait"], list(range(8))]
    assert desk.made[7] == "made of 7"
    assert not desk.turns.is_led and not desk.turns.waiting


@on_sqlite
def test_what_fails_fails_alone(desk):
    for wanted in ("a", "fault", "b"):
        desk.want(wanted)
    desk.end()
    assert desk.given[1:] == [["a", "fault", "b"], ["a"], ["fault"], ["b"]]
    assert isinstance(desk.made["fault"], KeyError)
    assert desk.made["a"] == "made of a" and desk.made["b"] == "made of b"


@pytest.mark.django_db
def test_nothing_stays_of_what_fails_and_all_of_what_does_not():
    def number(wanted):
        for each in wanted:
            NumberSeries.objects.create(kind=each, fiscal_year=0)
        if "half" in wanted:
            raise KeyError("half")
        return wanted

    waiting = [turns.Turn(each) for each in ("a", "half", "b")]
    Turns(number).write(waiting)
    assert [type(turn.error) for turn in waiting] == [type(None), KeyError, type(None)]
    assert [turn.made for turn in waiting] == ["a", None, "b"]
    assert set(NumberSeries.objects.values_list("kind", flat=True)) >= {"a", "b"}
    assert not NumberSeries.objects.filter(kind="half").exists()


@on_sqlite
def test_no_more_than_some_are_written_together(desk, monkeypatch):
    monkeypatch.setattr(turns, "MOST_TOGETHER", 3)
    for number in range(7):
        desk.want(number)
    desk.end()
    assert desk.given[1:] == [[0, 1, 2], [3, 4, 5], [6]]


@on_sqlite
def test_who_waits_too_long_is_told_and_holds_up_nobody(desk, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(turns, "PATIENCE", 0.05)
        desk.want("late")
        until(lambda: "late" in desk.made)
    assert isinstance(desk.made["late"], OperationalError)
    assert not desk.turns.waiting
    desk.want("next")
    desk.end()
    assert desk.made["next"] == "made of next"


def test_a_turn_that_comes_as_patience_ends_is_taken():
    mine, queue = turns.Turn("mine"), Turns(list)
    queue.waiting.append(mine)
    mine.call.release()  # called to lead, just now
    queue.leave(mine)
    assert list(queue.waiting) == [mine]


def test_whose_patience_ends_while_it_is_written_waits_for_the_outcome():
    mine, queue = turns.Turn("mine"), Turns(list)
    leaving = threading.Thread(target=queue.leave, args=[mine])
    leaving.start()
    leaving.join(timeout=0.1)
    assert leaving.is_alive()
    mine.call.release()
    leaving.join(timeout=20)
    assert not leaving.is_alive()


@pytest.mark.django_db
def test_inside_a_transaction_it_is_a_part_of_it():
    def number(wanted):
        make = NumberSeries.objects.create
        return [make(kind=each, fiscal_year=0) for each in wanted]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert Turns(number).take("inside").pk
        raise ZeroDivisionError
    assert not NumberSeries.objects.filter(kind="inside").exists()


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
        with between_processes():
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
    with between_processes():
        assert turns._handles == {}
