"""SQLite: which library, which profile, and that nothing deleted stays in its log."""

import os
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import ConnectionHandler

from portal import sqlite
from portal.checks import judge_sqlite
from tests import databases

pytestmark = pytest.mark.django_db
SECRET = "とても秘密のこどもの名前".encode()


@pytest.fixture
def database(tmp_path):
    """A database of its own on the profile of the portal, in a file."""
    engine = "django.db.backends.sqlite3"
    given = {"ENGINE": engine, "NAME": tmp_path / "d.sqlite3"}
    made = ConnectionHandler({"default": given | {"OPTIONS": sqlite.options()}})
    yield made["default"]
    made["default"].close()


def test_the_profile_of_the_portal_is_one_that_it_starts_with(database):
    with database.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        found = cursor.execute("SELECT sqlite_version()").fetchone()[0]
    version = tuple(int(part) for part in found.split("."))
    begin = sqlite.options()["transaction_mode"]
    assert judge_sqlite(mode, synchronous, begin, version) == []
    assert (mode == "wal") is (version >= sqlite.WAL_FIXED_IN)


@pytest.mark.parametrize(
    ("version", "mode"), [((3, 40, 1), "TRUNCATE"), ((3, 51, 3), "WAL")]
)
def test_an_old_library_gets_the_older_journal(monkeypatch, version, mode):
    library = SimpleNamespace(sqlite_version_info=version)
    monkeypatch.setattr(sqlite, "newest", lambda: library)
    assert f"journal_mode={mode};" in sqlite.options()["init_command"]


@pytest.mark.parametrize("theirs", [(3, 1, 0), (99, 0, 0), None])
def test_the_newer_of_two_libraries_is_used(monkeypatch, theirs):
    other = theirs and SimpleNamespace(sqlite_version_info=theirs)
    monkeypatch.setitem(sys.modules, "pysqlite3", other)
    monkeypatch.setattr(
        sqlite, "sqlite3", SimpleNamespace(sqlite_version_info=(3, 40, 1))
    )
    expected = other if theirs == (99, 0, 0) else sqlite.sqlite3
    assert sqlite.newest() is expected


def test_django_runs_on_the_library_that_was_chosen():
    from django.db.backends.sqlite3.base import Database

    assert Database.sqlite_version_info == sqlite.newest().sqlite_version_info
    assert sqlite3.sqlite_version_info == Database.sqlite_version_info


def in_files(folder) -> bool:
    return any(SECRET in file.read_bytes() for file in folder.iterdir())


def test_what_was_deleted_stands_in_no_file_once_the_journal_is_emptied(
    database, tmp_path
):
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE t (text)")
        cursor.execute("INSERT INTO t VALUES (%s)", [SECRET.decode()])
        assert in_files(tmp_path)
        cursor.execute("DELETE FROM t")
    assert sqlite.empty_journal(database)
    assert not in_files(tmp_path)


def test_emptying_the_journal_waits_for_no_reader(database, tmp_path):
    with database.cursor() as cursor:
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            pytest.skip("Only a log written ahead is shared with readers.")
        cursor.execute("CREATE TABLE t (text)")
    reader = sqlite3.connect(tmp_path / "d.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES ('a')")
        assert sqlite.empty_journal(database) is False
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 20_000
    reader.close()
    assert sqlite.empty_journal(database)


SERVE = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file may grow by a byte
sys.argv = ["manage.py", "serve"]
import django.core.management as management
management.execute_from_command_line(sys.argv)
"""


@pytest.mark.skipif(
    sqlite.newest().sqlite_version_info < sqlite.WAL_FIXED_IN,
    reason="The older journal is not there until something is written.",
)
def test_a_portal_that_is_started_on_a_full_disk_says_so(tmp_path):
    """What else can be served is in a database that cannot be opened there."""
    databases.begin_file(tmp_path / "ibasho.sqlite3")
    with sqlite3.connect(tmp_path / "ibasho.sqlite3") as there:
        there.executescript(sqlite.options()["init_command"])
        there.execute("CREATE TABLE IF NOT EXISTS full (disk)")
    there.close()
    (tmp_path / "in-service").touch()
    (tmp_path / "secret_key").write_text("x" * 60)
    given = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "SECRET_KEY": "x" * 60,
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
    }
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=settings.BASE_DIR,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "空きを作ってから" in done.stderr
    assert "Traceback" not in done.stderr
