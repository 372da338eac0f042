"""A migrated SQLite database, made once for a set of migrations and copied after that.

Running every migration takes most of a minute of processor time; copying the result
takes a blink. A copy is kept under the digests of the migrations in it, Wagtail's too.
Where there is none for the migrations of today, the largest one that knows nothing but
them is taken and only the rest is run. PostgreSQL is migrated anew each time.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def template() -> Path:
    """The file for the migrations as they stand now; it need not exist."""
    text = json.dumps(migrations(), sort_keys=True)
    return KEPT / f"{hashlib.sha256(text.encode()).hexdigest()}.sqlite3"


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


def fill() -> sqlite3.Connection | None:
    """Open the test's database in memory, filled from a template if there is one.

    The connection keeps the memory alive until Django has opened its own.
    """
    if not is_in_memory():
        return None
    name = connection.creation._get_test_db_name()
    memory = sqlite3.connect(name, uri=True, check_same_thread=False)
    found = nearest()
    if found:
        with sqlite3.connect(f"file:{found}?mode=ro", uri=True) as kept:
            kept.backup(memory)
        kept.close()
    return memory


def keep(memory: sqlite3.Connection | None) -> None:
    """Keep the migrated database for the next run; older ones are forgotten."""
    if memory is None or template().exists():
        return
    KEPT.mkdir(exist_ok=True)
    for old in sorted(KEPT.glob("*.sqlite3"), key=os.path.getmtime)[:-AT_MOST]:
        old.unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)
    partial = KEPT / f"{os.getpid()}.partial"
    with sqlite3.connect(partial) as file:
        memory.backup(file)
    file.close()
    partial.replace(template())
    template().with_suffix(".json").write_text(json.dumps(migrations()))
