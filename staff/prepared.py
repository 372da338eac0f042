"""Statements that Django turns into SQL once a process, for what is done all the time.

Most of the time of a small statement goes into working out its SQL, each time anew
though only its values differ. A query is built once, with ``Given`` where a value comes
in later; rows are stored by model and columns. Afterwards only the values are bound.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    IntegerField,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.base import ModelState
from django.db.models.constants import OnConflict
from django.db.models.query import ModelIterable, ValuesListIterable
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError

# Kinds of fields, and the type of value that the database takes from them as it is.
AS_THEY_ARE = [
    (CharField, str),
    (TextField, str),
    (IntegerField, int),
    (BooleanField, bool),
]
MOMENT = DateTimeField.get_prep_value


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
    """What is kept of a query: its SQL, where values go in and how rows are read.

    ``names`` are the columns of a model; None where rows are wanted as tuples.
    ``converters`` are by column: what makes the values of its field of what is stored.
    """

    model: type[Model]
    sql: str
    params: tuple[Any, ...]
    names: list[str] | None
    converters: list[tuple[int, list[Callable], Expression]]
    is_locking: bool


class Column(NamedTuple):
    """What a row calls a value, and the type whose values need no asking of the field.

    ``bind`` makes of such a value what the database takes; where there is none, it
    takes the value as it is. Some are made at the moment in which the row is stored.
    """

    name: str
    plain: type | None
    bind: Callable[[Any], Any] | None
    field: Field
    is_made: bool


class Prepared:
    """A query by what *build* makes; call it with the values it leaves open.

    ValueError where *build* wrote a value into the query itself, other than a number or
    a yes or no: what it takes for now or today would stay so for ever. A query that
    locks rows is asked inside a transaction, as ever. It gives rows of one model, whole
    or in part, or tuples; nothing is joined to them.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self.build = build
        self.kept: dict[str, Worked] = {}

    def __call__(self, **values: Any) -> list:
        """The rows for these values, as the query would give them."""
        stored = self.stored(**values)
        return self.read(stored) if stored else []

    def stored(self, **values: Any) -> list[tuple]:
        """The same as they are stored: for ``read``, or to see that nothing changed."""
        connection = connections[DEFAULT_DB_ALIAS]
        worked = self.worked(connection)
        if worked.is_locking and not connection.in_atomic_block:
            raise TransactionManagementError("A lock is held by a transaction.")
        params = [
            part.bound(values[part.name], connection)
            if isinstance(part, Given)
            else part
            for part in worked.params
        ]
        return run(connection, worked.sql, params)

    def read(self, stored: list[tuple]) -> list:
        """What is stored, as the query would give it."""
        connection = connections[DEFAULT_DB_ALIAS]
        worked = self.worked(connection)
        rows = [list(row) for row in stored]
        for place, convert, expression in worked.converters:
            for row in rows:
                for converter in convert:
                    row[place] = converter(row[place], expression, connection)
        if worked.names is None:
            return [tuple(row) for row in rows]
        take = worked.model.from_db
        return [take(DEFAULT_DB_ALIAS, worked.names, row) for row in rows]

    def worked(self, connection) -> Worked:
        found = self.kept.get(connection.vendor)
        if found is None:
            found = self.kept[connection.vendor] = self.work_out()
        return found

    def first(self, **values: Any) -> Any | None:
        """The first of the rows, or None."""
        return next(iter(self(**values)), None)

    def work_out(self) -> Worked:
        queryset = self.build()
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if not all(isinstance(part, Given | int) for part in params):
            raise ValueError("A prepared query keeps no value but numbers.")
        if queryset.query.select_related or queryset.query.annotations:
            raise ValueError("A prepared query joins nothing to its rows.")
        read = [expression for expression, _sql, _alias in compiler.select]
        found = compiler.get_converters(read)
        return Worked(
            model=queryset.model,
            sql=sql,
            params=tuple(params),
            names=self.names_of(queryset, read),
            converters=[(place, *found[place]) for place in found],
            is_locking=queryset.query.select_for_update,
        )

    @staticmethod
    def names_of(queryset: QuerySet, read: list[Expression]) -> list[str] | None:
        if issubclass(queryset._iterable_class, ModelIterable):
            return [column.target.attname for column in read]
        if issubclass(queryset._iterable_class, ValuesListIterable):
            return None
        raise ValueError("A prepared query gives rows or tuples.")


def run(connection, sql: str, params: Sequence[Any]) -> list[tuple]:
    """Run a statement whose SQL stays the same for ever; its rows, if it gives any.

    SQLite's own library is asked directly, where nobody wants to see the statement: for
    one of some microseconds, what Django does around it takes as long again.
    """
    if _goes_straight(connection, sql):
        with connection.wrap_database_errors:
            return connection.connection.execute(_in_marks(sql), params).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def run_all(connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """The same for many rows of values; it gives nothing."""
    if _goes_straight(connection, sql):
        with connection.wrap_database_errors:
            connection.connection.executemany(_in_marks(sql), rows)
        return
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _goes_straight(connection, sql: str) -> bool:
    """Whether a statement may pass by Django: no log and no wrapper wants it.

    A wrapper may say with ``ignores(sql)`` that it has no use for a statement.
    """
    if connection.vendor != "sqlite" or connection.queries_logged:
        return False
    for wrapper in connection.execute_wrappers:
        ignores = getattr(wrapper, "ignores", None)
        if ignores is None or not ignores(sql):
            return False
    if connection.connection is None:
        connection.ensure_connection()
    connection.validate_no_broken_transaction()
    return True


@cache
def _in_marks(sql: str) -> str:
    """The statement with the marks that SQLite's library takes for values."""
    return (sql % (("?",) * sql.replace("%%", "").count("%s"))) if "%" in sql else sql


def made(model: type[Model], **values: Any) -> Any:
    """A new row, as ``model(**values)`` makes it, in a fraction of the time.

    No signals, and no ``__init__()`` of the model's own; *values* go by the names of
    fields, or of their columns. TypeError for a name that is neither.
    """
    row = model.__new__(model)
    row._state = ModelState()
    held = row.__dict__
    for name, default, make in _defaults(model):
        held[name] = make() if make else default
    related = _related(model)
    for name, value in values.items():
        if name in related:
            column, key = related[name]
            row._state.fields_cache[name] = value
            held[column] = None if value is None else getattr(value, key)
        elif name in held:
            held[name] = value
        else:
            raise TypeError(f"{model.__name__} has no field {name!r}.")
    return row


@cache
def _defaults(model: type[Model]) -> list[tuple[str, Any, Callable | None]]:
    """What a new row holds by column: a value, or what makes one for each row."""
    found = []
    for field in model._meta.concrete_fields:
        is_made = field.has_default() and callable(field.default)
        make = field.default if is_made else None
        default = None if make else field.get_default()
        found.append((field.attname, default, make))
    return found


@cache
def _related(model: type[Model]) -> dict[str, tuple[str, str]]:
    """Foreign keys by name: the column, and what the other row calls the same value."""
    fields = [field for field in model._meta.concrete_fields if field.remote_field]
    return {field.name: (field.attname, field.target_field.attname) for field in fields}


def insert(row: Model) -> None:
    """Store a new row and give it its key, as ``save(force_insert=True)`` does.

    No signals, and no ``save()`` of the model's own. Values are values, no expressions.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    sql, columns = _insertion(connection.vendor, type(row), has_answer=True)
    ((row.pk,),) = run(connection, sql, _values(row, columns, connection))
    _is_stored(row)


def insert_all(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Store new rows of one model, as ``bulk_create`` does; they get no keys."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    sql, columns = _insertion(
        connection.vendor, type(rows[0]), ignores_conflicts=ignore_conflicts
    )
    run_all(connection, sql, [_values(row, columns, connection) for row in rows])
    for row in rows:
        _is_stored(row)


def insert_values(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for rows that are not made first: each says the value of each column."""
    if rows:
        connection = connections[DEFAULT_DB_ALIAS]
        sql, columns = _insertion(connection.vendor, model)
        run_all(connection, sql, [_bound(row, columns, connection) for row in rows])


def update_all(rows: Sequence[Model], *names: str) -> None:
    """Write these fields of stored rows of one model, as ``bulk_update`` does.

    No signals, and no ``save()`` of the model's own.
    """
    if rows:
        connection = connections[DEFAULT_DB_ALIAS]
        sql, columns = _change(connection.vendor, type(rows[0]), names)
        values = [
            [*_values(row, columns, connection, is_new=False), row.pk] for row in rows
        ]
        run_all(connection, sql, values)


def _values(row: Model, columns: Sequence[Column], connection, *, is_new=True) -> list:
    for column in columns:
        if column.is_made:
            column.field.pre_save(row, is_new)  # leaves it in the row as well
    return _bound(row.__dict__, columns, connection)


def _bound(held: Mapping[str, Any], columns: Sequence[Column], connection) -> list:
    """The values, by the names under which they are held, as the database takes them.

    KeyError where a column has none.
    """
    found = []
    for name, plain, bind, field, _is_made in columns:
        value = held[name]
        if value is None:
            pass
        elif type(value) is not plain:
            value = field.get_db_prep_save(value, connection)
        elif bind:
            value = bind(value)
        found.append(value)
    return found


def _column(field: Field, vendor: str) -> Column:
    is_made = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    target = field.target_field if field.remote_field else field
    plain = _plain_type(target)
    bind = None
    if vendor == "sqlite" and type(target).get_prep_value is MOMENT:
        plain, bind = datetime, _as_sqlite_keeps_it
    return Column(field.attname, plain, bind, field, is_made)


def _plain_type(field: Field) -> type | None:
    """The type of value that the database takes from a field without any change."""
    own = type(field)
    if own.get_db_prep_save is not Field.get_db_prep_save:
        return None
    for kind, plain in AS_THEY_ARE:
        if own.get_prep_value is kind.get_prep_value:
            return plain
    return None


def _as_sqlite_keeps_it(moment: datetime) -> str:
    """A moment as Django stores it there, where a connection has no zone of its own."""
    if moment.tzinfo is None:
        raise ValueError("A moment is stored with its time zone.")
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _is_stored(row: Model) -> None:
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(
    vendor: str,
    model: type[Model],
    *,
    has_answer: bool = False,
    ignores_conflicts: bool = False,
) -> tuple[str, list[Column]]:
    """The statement for one row, and its columns; it may answer the row's key."""
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
    conflict = OnConflict.IGNORE if ignores_conflicts else None
    query = InsertQuery(model, on_conflict=conflict)
    query.insert_values(fields, [model()])
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = [meta.pk] if has_answer else None
    ((sql, params),) = compiler.as_sql()
    if len(params) != len(fields) or sql.count("%s") != len(fields):
        raise ValueError("A prepared row takes one value for each column.")
    return sql, [_column(field, vendor) for field in fields]


@cache
def _change(
    vendor: str, model: type[Model], names: tuple[str, ...]
) -> tuple[str, list[Column]]:
    fields = [model._meta.get_field(name) for name in names]
    query = UpdateQuery(model)
    query.add_update_fields([(f, None, Given(f.name, model, f.name)) for f in fields])
    query.add_filter("pk", Given("pk", model, model._meta.pk.name))
    sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    if [part.name for part in params] != [*names, "pk"]:
        raise ValueError("A prepared change takes one value for each column.")
    return sql, [_column(field, vendor) for field in fields]
