"""Queries that Django turns into SQL once a process, for what is asked all the time.

Most of the time of a small query goes into working out its SQL, each time anew though
only its values differ. Here the query is built once, with ``Given`` where a value comes
in later; afterwards only the values are bound.
"""

from collections.abc import Callable
from copy import copy
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Model, QuerySet
from django.db.transaction import TransactionManagementError


class Given(Expression):
    """Stands in a query for the value *name*, of the kind that a field takes."""

    def __init__(self, name: str, model: type[Model], field: str):
        super().__init__(output_field=model._meta.get_field(field))
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, list[Any]]:
        return "%s", [self]

    def bound(self, value: Any, connection) -> Any:
        return self.output_field.get_db_prep_value(value, connection)


class Worked(NamedTuple):
    """What is kept of a query: itself, its compiler, its SQL and where values go."""

    queryset: QuerySet
    compiler: Any
    sql: str
    params: tuple[Any, ...]


class Prepared:
    """A query by what *build* makes; call it with the values it leaves open.

    ValueError where *build* wrote a value into the query itself, other than a number or
    a yes or no: what it takes for now or today would stay so for ever. A query that
    locks rows is asked inside a transaction, as ever.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self.build = build
        self.kept: dict[str, Worked] = {}

    def __call__(self, **values: Any) -> list:
        """The rows for these values, as the query would give them."""
        connection = connections[DEFAULT_DB_ALIAS]
        worked = self.kept.get(connection.vendor)
        if worked is None:
            worked = self.kept[connection.vendor] = self.work_out()
        locks = worked.queryset.query.select_for_update
        if locks and not connection.in_atomic_block:
            raise TransactionManagementError("A lock is held by a transaction.")
        params = tuple(
            part.bound(values[part.name], connection)
            if isinstance(part, Given)
            else part
            for part in worked.params
        )
        compiler = copy(worked.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (worked.sql, params)
        # What Django's own iterables of rows and of tuples ask of a queryset.
        asked = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            model=worked.queryset.model,
            query=SimpleNamespace(get_compiler=lambda *args, **kwargs: compiler),
            _known_related_objects={},
            _fields=(),
        )
        return list(worked.queryset._iterable_class(asked))

    def first(self, **values: Any) -> Any | None:
        """The first of the rows, or None."""
        return next(iter(self(**values)), None)

    def work_out(self) -> Worked:
        queryset = self.build()
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if not all(isinstance(part, Given | int) for part in params):
            raise ValueError("A prepared query keeps no value but numbers.")
        return Worked(queryset, compiler, sql, tuple(params))
