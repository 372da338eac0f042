"""The database as one file, and back: what each of the two kinds offers for it."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

# What a connection of Django is told beside its name, as the tools are told it.
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}
CALM = "SET lock_timeout = '30s'; SET client_min_messages = warning"


class Failed(Exception):
    """The tools of the database could not do it; the text says what to do."""


def save(target: Path) -> None:
    """Write down the database as it stands at one moment; others go on writing."""
    if connection.vendor == "postgresql":
        only = f"--schema={_schema()}"
        _tool("pg_dump", only, "--no-owner", "--no-privileges", f"--file={target}")
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
        empty = f'{CALM}; DROP SCHEMA "{_schema()}" CASCADE'
        begin = ["--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet"]
        connection.close()
        _tool("psql", *begin, f"--command={empty}", f"--file={source}")
        return
    connection.ensure_connection()
    with sqlite3.connect(source) as copy:
        copy.backup(connection.connection)
    copy.close()
    connection.close()


def _schema() -> str:
    """Where the tables of the portal stand: others of the database are not ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def _tool(name: str, *words: str) -> None:
    given = connection.settings_dict
    parts = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
        **{OPTIONS[k]: v for k, v in given["OPTIONS"].items() if k in OPTIONS},
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
    """The tool of the server's own version, which cannot read what newer ones write."""
    version = connection.pg_version // 10000
    own = Path(f"/usr/lib/postgresql/{version}/bin") / name
    if own.exists():
        return str(own)
    if found := shutil.which(name):
        return found
    raise Failed(
        _("%(tool)s is missing. Install postgresql-client-%(version)s.")
        % {"tool": name, "version": version}
    )
