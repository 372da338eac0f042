"""Every lock of the database stands: SQLite drops them when it rebuilds a table."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.db import connection

from staff.triggers import Lock

ROOMS = ["staff", "portal_forms", "cases", "decisions", "support"]


def declared() -> set[str]:
    """The names of all locks that the migrations of our apps declare."""
    names = set()
    for label in ROOMS:
        package = importlib.import_module(
            f"{apps.get_app_config(label).name}.migrations"
        )
        for module in pkgutil.iter_modules(package.__path__):
            migration = importlib.import_module(f"{package.__name__}.{module.name}")
            names |= {
                operation.lock_name
                for operation in migration.Migration.operations
                if isinstance(operation, Lock)
            }
    return names


def standing() -> set[str]:
    """The names of all triggers that the database has."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_declared_lock_stands():
    assert len(declared()) > 20
    assert declared() <= standing()
