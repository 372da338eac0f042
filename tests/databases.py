"""A migrated database, made once for a set of migrations and copied after that.

Running every migration takes most of a minute of processor time; copying the result
takes a blink. A copy is kept under the digests of the migrations in it, Wagtail's too.
Where SQLite has none for the migrations of today, the largest one that knows nothing
but them is taken and only the rest is run. On PostgreSQL the copy is a database beside
the test's own, for as long as the cluster lives.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection

KEPT = Path(sys.prefix) / "test-databases"
AT_MOST = 30


def migrations() -> dict[str, str]:
    """The digest of each migration as it stands now."""
    found = {}
    for config in apps.get_app_configs():
        for file in Path(config.path, "migrations").glob("*.py"):
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            found[f"{config.label}/{file.name}"] = digest
    return found


@cache
def digest() -> str:
    """The digest of all of them."""
    text = json.dumps(migrations(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def template() -> Path:
    """The file for the migrations as they stand now; it need not exist."""
    return KEPT / f"{digest()}.sqlite3"


def nearest() -> Path | None:
    """The template to begin with: for these very migrations, or for most of them."""
    if template().exists():
        return template()
    now, best, most = migrations(), None, 0
    for listed in KEPT.glob("*.json"):
        held = json.loads(listed.read_text())
        file = listed.with_suffix(".sqlite3")
        if most < len(held) and held.items() <= now.items() and file.exists():
            best, most = file, len(held)
    return best


def begin_file(target: Path) -> None:
    """Put the nearest template where a portal of its own will migrate the rest."""
    found = nearest()
    if found:
        shutil.copy(found, target)


@contextmanager
def kept_connection() -> Iterator[None]:
    """The connection of the test stays open, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def is_in_memory() -> bool:
    return connection.vendor == "sqlite"


@contextmanager
def filled(shared: Path) -> Iterator[Callable[[], None]]:
    """Fill the database that Django is about to open from what was migrated before.

    Yields what to call once Django has migrated the rest. Where everything was still
    to be migrated, the other workers, who meet in *shared*, wait for the copy.
    """
    kind = InMemory() if is_in_memory() else OnPostgresql()
    with (shared / "migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        is_whole = kind.fill()
        if is_whole:
            fcntl.flock(turn, fcntl.LOCK_UN)

        def keep() -> None:
            if not is_whole:
                kind.keep()
                fcntl.flock(turn, fcntl.LOCK_UN)

        yield keep
    kind.close()


class InMemory:
    """SQLite; a connection of ours keeps the memory until Django has opened its own."""

    def fill(self) -> bool:
        name = connection.creation._get_test_db_name()
        self.memory = sqlite3.connect(name, uri=True, check_same_thread=False)
        found = nearest()
        if found:
            with sqlite3.connect(f"file:{found}?mode=ro", uri=True) as kept:
                kept.backup(self.memory)
            kept.close()
        return template().exists()

    def keep(self) -> None:
        """Keep the migrated database for the next run; older ones are forgotten."""
        KEPT.mkdir(exist_ok=True)
        for old in sorted(KEPT.glob("*.sqlite3"), key=os.path.getmtime)[:-AT_MOST]:
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)
        partial = KEPT / f"{os.getpid()}.partial"
        with sqlite3.connect(partial) as file:
            self.memory.backup(file)
        file.close()
        partial.replace(template())
        template().with_suffix(".json").write_text(json.dumps(migrations()))

    def close(self) -> None:
        self.memory.close()


class OnPostgresql:
    """A database beside the test's own, from which PostgreSQL itself makes copies."""

    def fill(self) -> bool:
        self.name = connection.creation._get_test_db_name()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            return create_migrated(server, self.name)

    def keep(self) -> None:
        connection.close()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f'CREATE DATABASE {migrated_name()} TEMPLATE "{self.name}"')

    def close(self) -> None:
        pass


def migrated_name() -> str:
    return f"migrated_{digest()[:16]}"


def create_migrated(server: psycopg.Connection, name: str) -> bool:
    """Create a database from the migrated one; False if there is none to copy."""
    known = "SELECT 1 FROM pg_database WHERE datname = %s"
    if not server.execute(known, [migrated_name()]).fetchone():
        return False
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE {migrated_name()}')
    return True
