"""A migrated SQLite database, made once for a set of migrations and copied after that.

Running every migration takes most of a minute of processor time; copying the result
takes a blink. The copy is keyed by the text of all migrations, Wagtail's too, so that a
changed migration is always run. PostgreSQL is migrated anew each time.
"""

import hashlib
import os
import sqlite3
import sys
from pathlib import Path

from django.apps import apps
from django.db import connection

KEPT = Path(sys.prefix) / "test-databases"


def template() -> Path:
    """The file for the migrations as they stand now; it need not exist."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(f"{config.label}/{file.name}".encode())
            digest.update(file.read_bytes())
    return KEPT / f"{digest.hexdigest()}.sqlite3"


def is_in_memory() -> bool:
    return connection.vendor == "sqlite"


def fill() -> sqlite3.Connection | None:
    """Open the test's database in memory, filled from the template if there is one.

    The connection keeps the memory alive until Django has opened its own.
    """
    if not is_in_memory():
        return None
    name = connection.creation._get_test_db_name()
    memory = sqlite3.connect(name, uri=True, check_same_thread=False)
    if template().exists():
        with sqlite3.connect(f"file:{template()}?mode=ro", uri=True) as kept:
            kept.backup(memory)
    return memory


def keep(memory: sqlite3.Connection | None) -> None:
    """Keep the migrated database for the next run; older ones are forgotten."""
    if memory is None or template().exists():
        return
    KEPT.mkdir(exist_ok=True)
    for old in sorted(KEPT.glob("*.sqlite3"), key=os.path.getmtime)[:-20]:
        old.unlink(missing_ok=True)
    partial = KEPT / f"{os.getpid()}.partial"
    with sqlite3.connect(partial) as file:
        memory.backup(file)
    file.close()
    partial.replace(template())
