"""The database as one file, and back: what each of the two kinds offers for it."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


class Failed(Exception):
    """The tools of the database could not do it; the text says what to do."""


def save(target: Path) -> None:
    """Write down the database as it stands at one moment; others go on writing."""
    if connection.vendor == "postgresql":
        _tool("pg_dump", "--no-owner", "--no-privileges", f"--file={target}")
        return
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        connection.connection.backup(copy)
        found = copy.execute("PRAGMA integrity_check").fetchone()
    copy.close()
    if found != ("ok",):
        raise Failed(_("The database is damaged: %(what)s") % {"what": found[0]})


def load(source: Path) -> None:
    """Put a saved database in the place of the one there is: all of it, or nothing."""
    if connection.vendor == "postgresql":
        begin = ["--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet"]
        connection.close()
        _tool("psql", *begin, f"--command={EMPTY}", f"--file={source}")
        return
    connection.ensure_connection()
    with sqlite3.connect(source) as copy:
        copy.backup(connection.connection)
    copy.close()
    connection.close()


def _tool(name: str, *words: str) -> None:
    given = connection.settings_dict
    parts = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    done = subprocess.run(  # noqa: S603
        [_found(name), *words],
        env=os.environ | {k: str(v) for k, v in parts.items() if v},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failed(f"{name}: {done.stderr.strip()[-500:]}")


def _found(name: str) -> str:
    """The tool as new as the server, where Debian puts it, or on the path."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    if found := shutil.which(name):
        return found
    raise Failed(_("%(tool)s is missing. Install postgresql-client.") % {"tool": name})
