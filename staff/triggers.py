"""Database triggers that hold even when the code is wrong: operations for migrations.

A table that must never change says so in its own migration, on SQLite and PostgreSQL
alike. The model's guard gives the Japanese sentence; the trigger is the lock. SQLite
loses a table's triggers when a later migration rebuilds the table, so such a migration
ends with the same locks again.
"""

from collections.abc import Iterator

from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models import ForeignKey


class Lock(Operation):
    """One trigger that refuses a statement on a table.

    Not a ``RunPython``: that renders every model of the state anew, and some hundred
    locks made a new database take half a minute longer.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(self, name: str, make) -> None:
        self.lock_name = name
        self.make = make

    def state_forwards(self, app_label, state) -> None:
        """A lock is no part of the models."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        self.make(to_state, schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Tables go with their triggers; a lock alone is never taken off."""

    def describe(self) -> str:
        return f"Lock {self.lock_name}"


def _statements(vendor: str, name: str, table: str, on: str, when: str, message: str):
    if vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ]
    result = "OLD" if on == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}_f() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {when} THEN RAISE EXCEPTION '{message}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {result}; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {on} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_f()",
    ]


def _create(schema_editor, *words: str) -> None:
    for statement in _statements(schema_editor.connection.vendor, *words):
        schema_editor.execute(statement)


def changed(*columns: str) -> str:
    """The SQL condition that any of *columns* is given another value."""
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


def refuse(
    name: str, table: str, on: str, when: str | dict[str, str] = "", message: str = ""
) -> Lock:
    """Refuse the statement *on* (``UPDATE``, ``DELETE``, ``INSERT``) for each row.

    *when* is an SQL condition over OLD and NEW that both databases understand, or one
    for each (``sqlite``, ``postgresql``); without it the statement is always refused. A
    condition with a subquery is allowed.
    """
    message = message or f"{table}: rows of this kind are never changed"

    def make(state, schema_editor):
        vendor = schema_editor.connection.vendor
        words = when if isinstance(when, str) else when[vendor]
        _create(schema_editor, name, table, on, words or "1 = 1", message)

    return Lock(name, make)


def changed_beside(
    name: str, app: str, model: str, *, allowed: set[str], when: str
) -> Lock:
    """Refuse updates, where *when* holds, that touch another column than *allowed*."""

    def make(state, schema_editor):
        known = state.models[app, model.lower()]
        table = known.options.get("db_table") or f"{app}_{model.lower()}"
        columns = [name for name in _columns(known) if name not in allowed]
        condition = f"({when}) AND ({changed(*columns)})"
        message = f"{table}: rows of this kind are never changed"
        _create(schema_editor, name, table, "UPDATE", condition, message)

    return Lock(name, make)


def _columns(known) -> Iterator[str]:
    """The columns of a model of the state, without rendering it."""
    for name, field in known.fields.items():
        if field.many_to_many:
            continue
        is_key = isinstance(field, ForeignKey)
        yield field.db_column or (f"{name}_id" if is_key else name)


def append_only(table: str) -> list[Lock]:
    """Two operations: rows of *table* are neither changed nor deleted."""
    return [
        refuse(f"{table}_no_update", table, "UPDATE"),
        refuse(f"{table}_no_delete", table, "DELETE"),
    ]


def without_index(index: str, table: str, column: str) -> RunSQL:
    """Drop an index by itself, and make it again on the way back.

    By a change of its field SQLite would build the table anew, without its triggers.
    """
    return RunSQL(
        f'DROP INDEX IF EXISTS "{index}"',
        f'CREATE INDEX "{index}" ON "{table}" ("{column}")',
    )
