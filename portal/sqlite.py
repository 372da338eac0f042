"""SQLite: the library that the portal runs on, and a profile that loses nothing.

Both profiles kept every acknowledged row in simulated power cuts. With a log written
ahead, readers go on beside the writer, and a commit syncs once; but before SQLite
3.51.3 two writers can corrupt it, and what Debian and Ubuntu carry is older. So a newer
library comes with the portal, and where there is none, the older journal is used.
"""

import sqlite3
import sys
from types import ModuleType
from typing import Any

WAL_FIXED_IN = (3, 51, 3)
# The worker empties the log every minute. Whoever writes does it where that is not
# enough, and then everybody waits: seldom, so.
JOURNAL_BYTES = 128 * 1024 * 1024
PATIENCE = 20  # seconds to wait for another writer


def newest() -> ModuleType:
    """The newer of Python's own library and the one installed beside it."""
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    found = [sqlite3, pysqlite3]
    return max(found, key=lambda library: library.sqlite_version_info)


def use_newest() -> None:
    """Let every later ``import sqlite3`` be the newest; call it before Django's."""
    library = newest()
    sys.modules["sqlite3"] = library
    sys.modules["sqlite3.dbapi2"] = library.dbapi2


def options() -> dict[str, Any]:
    """What Django is told of the database: see the profile above."""
    is_fixed = newest().sqlite_version_info >= WAL_FIXED_IN
    pragmas = {
        "journal_mode": "WAL" if is_fixed else "TRUNCATE",
        "journal_size_limit": JOURNAL_BYTES,
        "wal_autocheckpoint": JOURNAL_BYTES // 4096,
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",
    }
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": PATIENCE,
        "init_command": " ".join(f"PRAGMA {k}={v};" for k, v in pragmas.items()),
    }


def empty_journal(database=None) -> bool:
    """Bring the log into the database and cut it to nothing; False if it was in use.

    What was deleted stands in neither of them afterwards. The worker calls it every
    minute; it waits for nobody, and lets nobody wait.
    """
    from django.db import connection  # this module is there before the settings are

    database = database or connection
    if database.vendor != "sqlite" or database.in_atomic_block:
        return False
    with database.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return cursor.fetchone()[0] == 0
        finally:
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
