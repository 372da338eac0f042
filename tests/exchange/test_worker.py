"""The worker: alive, stoppable, survives its database and its own death."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from exchange import anchors, handlers
from exchange.management.commands import worker
from exchange.models import WorkerBeat
from exchange.services import enqueue
from staff.services import record_event
from tests import databases

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tasks(monkeypatch):
    monkeypatch.setattr(handlers, "_tasks", [])
    return handlers._tasks


@pytest.mark.django_db
def test_once_shows_a_sign_of_life_and_does_what_is_due(monkeypatch, tasks):
    done = []
    monkeypatch.setitem(handlers._handlers, "test", done.append)
    handlers.every(60)(lambda: done.append("task"))
    for n in range(3):
        enqueue("test", f"key{n}", {"n": n})

    call_command("worker", once=True)

    assert done == ["task", {"n": 0}, {"n": 1}, {"n": 2}]
    assert not WorkerBeat.is_silent()


@pytest.mark.django_db
def test_silence_is_noticed_and_the_long_dead_are_forgotten():
    WorkerBeat.objects.create(name="old", at=timezone.now() - timedelta(days=2))
    assert WorkerBeat.is_silent()

    call_command("worker", once=True)

    assert not WorkerBeat.objects.filter(name="old").exists()


@pytest.mark.django_db
def test_a_periodic_task_that_fails_stops_no_other(tasks, caplog):
    done = []

    def fail():
        raise ValueError("架空𠮷田 is a secret")

    handlers.every(60)(fail)
    handlers.every(60)(lambda: done.append(1))

    call_command("worker", once=True)

    assert done == [1]
    assert "secret" not in caplog.text


@pytest.mark.django_db
def test_what_takes_long_is_done_aside_and_told_when_to_stop(monkeypatch):
    monkeypatch.setattr(handlers, "_long_tasks", [])
    begun, told = threading.Event(), []

    @handlers.aside
    def fails(stopping):
        raise ValueError("架空𠮷田 is a secret")

    @handlers.aside
    def long(stopping):
        begun.set()
        while not stopping():
            time.sleep(0.01)
        told.append("stop")

    command = ready_worker()
    hands = threading.Thread(target=command.work_aside, daemon=True)
    hands.start()
    assert begun.wait(10)
    assert not told
    command.stop.set()
    hands.join(10)
    assert told == ["stop"]


def ready_worker():
    command = worker.Command()
    command.stop = threading.Event()
    command.next_run = {}
    return command


@pytest.mark.django_db
def test_a_task_waits_for_its_time(tasks):
    done = []
    handlers.every(3600)(lambda: done.append(1))
    command = ready_worker()

    command.run_tasks()
    command.run_tasks()

    assert done == [1]


def test_a_lost_database_is_connected_again(monkeypatch, tasks):
    def lost(limit):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(worker, "run_due", lost)
    monkeypatch.setattr(worker, "PAUSE", 0)
    closed = []
    monkeypatch.setattr(worker.Command, "reconnect", lambda self: closed.append(1))

    assert ready_worker().step() is False
    assert closed == [1]


# The real thing


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A migrated SQLite database to copy, and the environment to use it in."""
    folder = tmp_path_factory.mktemp("migrated")
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        "SECRET_KEY": "only-for-this-test-" + "x" * 40,
    }
    environment.pop("DATABASE_URL", None)
    databases.begin_file(folder / "ibasho.sqlite3")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    return folder / "ibasho.sqlite3", environment


@pytest.fixture
def place(tmp_path, migrated):
    """A data directory of its own, and the environment of a portal that uses it."""
    database, environment = migrated
    shutil.copy(database, tmp_path)
    return tmp_path, environment | {"DATA_DIR": str(tmp_path)}


def start(environment, *arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def ask(folder, query, *values):
    with sqlite3.connect(folder / "ibasho.sqlite3", timeout=20) as database:
        return database.execute(query, values).fetchall()


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def put_mail(folder):
    """A person and a mail to them, as the portal would leave them."""
    now = "2026-01-01 00:00:00"
    ask(
        folder,
        "INSERT INTO staff_user (id, password, is_superuser, username, first_name,"
        " last_name, email, is_staff, is_active, date_joined, full_name)"
        " VALUES (1, '', 0, 'a', '', '', 'a@example.jp', 0, 1, ?, '')",
        now,
    )
    payload = {"key": "k", "user": 1, "subject": "R8-0001", "lines": [], "path": "/"}
    ask(
        folder,
        "INSERT INTO exchange_outboxitem (id, channel, key, payload, created_at,"
        " attempts, next_at, lease, last_error)"
        " VALUES (1, 'mail', 'k', ?, ?, 0, ?, '', '')",
        json.dumps(payload),
        now,
        now,
    )


@pytest.mark.server
def test_a_worker_killed_while_it_holds_a_lease_loses_nothing(place):
    folder, environment = place
    put_mail(folder)
    hanging = socket.create_server(("127.0.0.1", 0))  # accepts and never answers
    port = hanging.getsockname()[1]
    first = start({**environment, "EMAIL_URL": f"smtp://127.0.0.1:{port}"})

    def lease():
        return ask(folder, "SELECT lease FROM exchange_outboxitem")[0][0]

    assert until(lease)
    first.send_signal(signal.SIGKILL)
    first.wait()
    hanging.close()
    assert ask(folder, "SELECT done_at, attempts FROM exchange_outboxitem") == [
        (None, 1)
    ]

    assert start(environment, "--once").wait(30) == 0
    assert not (folder / "mail").exists(), "the lease was still alive"
    ask(folder, "UPDATE exchange_outboxitem SET leased_until = '2026-01-01 00:00:00'")
    assert start(environment, "--once").wait(30) == 0
    (done,) = ask(folder, "SELECT done_at, attempts FROM exchange_outboxitem")
    assert done[0] and done[1] == 2
    assert len(list((folder / "mail").iterdir())) == 1


@pytest.mark.server
def test_two_workers_send_once_and_stop_when_told(place):
    folder, environment = place
    put_mail(folder)
    workers = [start(environment), start(environment)]

    sent = until(lambda: ask(folder, "SELECT done_at FROM exchange_outboxitem")[0][0])
    both = until(lambda: len(ask(folder, "SELECT 1 FROM exchange_workerbeat")) == 2)
    for process in workers:
        process.send_signal(signal.SIGTERM)
    endings = [process.wait(30) for process in workers]

    assert sent and both
    assert endings == [0, 0]
    assert len(list((folder / "mail").iterdir())) == 1
    assert b"Traceback" not in workers[0].stderr.read()


# The anchors of the audit


@pytest.fixture
def anchor_file(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return settings.AUDIT_ANCHOR_FILE


@pytest.mark.django_db
def test_the_end_of_the_audit_is_kept_outside_the_database(anchor_file):
    anchors.append_anchor()
    assert not anchor_file.exists()
    events = [record_event("test.one"), record_event("test.two")]

    anchors.append_anchor()
    anchors.append_anchor()

    (line,) = anchor_file.read_text().splitlines()
    assert json.loads(line)["seq"] == 2
    assert json.loads(line)["digest"] == events[1].digest


@pytest.mark.django_db
def test_audit_verify_uses_the_anchors_and_says_so(anchor_file, capsys):
    record_event("test.one")
    record_event("test.two")
    anchors.append_anchor()
    call_command("audit_verify")
    assert "異常はありません" in capsys.readouterr().out

    # As if the database had held a third event whose row is gone.
    anchor = json.loads(anchor_file.read_text())
    anchor_file.write_text(json.dumps(anchor | {"seq": 3}) + "\n")
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify")
    assert ended.value.code == 1
    assert "3: " in capsys.readouterr().err


@pytest.mark.django_db
def test_a_torn_last_line_is_no_tampering_but_a_strange_line_is(anchor_file, capsys):
    record_event("test.one")
    anchors.append_anchor()
    whole = anchor_file.read_text()
    anchor_file.write_text(whole + '{"seq": 2, "di')
    call_command("audit_verify")

    record_event("test.two")
    anchors.append_anchor()
    assert json.loads(anchor_file.read_text().splitlines()[-1])["seq"] == 2
    anchor_file.write_text("nonsense\n" + whole)
    with pytest.raises(SystemExit):
        call_command("audit_verify")
