"""Start-up refuses what could lose an acknowledged commit or give a name away."""

import sqlite3
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connection

from portal.sqlite import WAL_FIXED_IN

SAFE_PAIRS = {("truncate", 2), ("persist", 2), ("delete", 3), ("wal", 2)}
UNSAFE_ON = {"off"}
NEAR = {"127.0.0.1", "localhost", "::1"}


@register(Tags.database)
def database_keeps_what_it_acknowledged(app_configs, databases=None, **kwargs):
    """The database profile is one of those measured to survive a power cut."""
    if not databases or "default" not in databases or settings.TESTING:
        return []
    if connection.vendor == "sqlite":
        return sqlite_problems()
    return postgresql_problems()


def sqlite_problems() -> list[Error]:
    """Errors of the SQLite profile, read from the live connection."""
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0].lower()
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    return judge_sqlite(
        mode,
        synchronous,
        settings.DATABASES["default"]["OPTIONS"].get("transaction_mode"),
        sqlite3.sqlite_version_info,
    )


def judge_sqlite(mode, synchronous, transaction_mode, version) -> list[Error]:
    """Errors for a journal mode, PRAGMA synchronous, transaction mode and version."""
    problems = []
    if (mode, synchronous) not in SAFE_PAIRS:
        problems.append(
            Error(
                f"SQLite runs with journal_mode={mode}, synchronous={synchronous}: a"
                " power cut can lose what was acknowledged.",
                hint="Use TRUNCATE with FULL.",
                id="portal.E001",
            )
        )
    if mode == "wal" and version < WAL_FIXED_IN:
        problems.append(
            Error(
                "This SQLite can corrupt a WAL database when two processes write.",
                hint="Use TRUNCATE with FULL, or SQLite 3.51.3 or newer.",
                id="portal.E002",
            )
        )
    if transaction_mode != "IMMEDIATE":
        problems.append(
            Error(
                "SQLite transactions must begin IMMEDIATE, or posts fail under load.",
                id="portal.E003",
            )
        )
    return problems


def postgresql_problems() -> list[Error]:
    """Errors of the three settings without which PostgreSQL can lose a commit."""
    problems = []
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
            if value in UNSAFE_ON:
                problems.append(
                    Error(
                        f"PostgreSQL runs with {name}={value}: it can lose what was"
                        " acknowledged.",
                        id="portal.E004",
                    )
                )
    return problems


@register(Tags.security)
def secrets_are_real(app_configs, **kwargs):
    """No sample secret and no debug mode in service."""
    problems = []
    if not settings.TESTING:
        if settings.DEBUG:
            problems.append(Error("DEBUG must be off.", id="portal.E005"))
        if settings.SECRET_KEY.startswith(("only-for-tests", "django-insecure")):
            problems.append(Error("SECRET_KEY is a sample.", id="portal.E006"))
    is_near = urlsplit(settings.PUBLIC_URL).hostname in NEAR
    if not settings.PUBLIC_URL.startswith("https://") and not is_near:
        problems.append(
            Warning(
                "PUBLIC_URL is not https: cookies travel unprotected.",
                id="portal.W001",
            )
        )
    return problems
