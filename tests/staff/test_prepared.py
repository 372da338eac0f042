"""Queries that are turned into SQL once, and asked with other values each time."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import Count, QuerySet
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from exchange.models import OutboxItem
from staff.models import AuditEvent, Membership, Unit, User
from staff.prepared import (
    Given,
    Prepared,
    insert,
    insert_all,
    insert_values,
    made,
    run,
    update_all,
)
from tests.factories import MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


def posts(day, unit) -> QuerySet:
    found = Membership.objects.in_force(day).filter(unit=unit)
    return found.order_by("pk")


prepared_posts = Prepared(
    lambda: posts(
        Given("day", Membership, "valid_from"), Given("unit", Membership, "unit")
    )
)


def test_it_gives_what_the_query_itself_gives_for_every_value(
    django_assert_num_queries,
):
    units = [UnitFactory(), UnitFactory()]
    for number in range(6):
        begin = DAY + timedelta(days=number - 3)
        MembershipFactory(unit=units[number % 2], operator=None, valid_from=begin)
    for unit in units:
        for number in range(-4, 5):
            day = DAY + timedelta(days=number)
            with django_assert_num_queries(1):
                found = prepared_posts(day=day, unit=unit.pk)
            expected = list(posts(day, unit))
            assert found == expected
            assert [values_of(row) for row in found] == [
                values_of(row) for row in expected
            ]


def values_of(row) -> dict:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def test_tuples_deferred_fields_and_locks_come_as_ever(monkeypatch):
    user = UserFactory()
    keys = Prepared(
        lambda: (
            User.objects.filter(username=Given("name", User, "username"))
            .select_for_update()
            .only("pk")
        )
    )
    pairs = Prepared(
        lambda: User.objects.filter(pk=Given("pk", User, "id")).values_list(
            "pk", "username"
        )
    )
    with transaction.atomic():
        (found,) = keys(name=user.username)
    assert "username" in found.get_deferred_fields()
    monkeypatch.setattr(connections["default"], "in_atomic_block", False)
    with pytest.raises(TransactionManagementError):
        keys(name=user.username)
    monkeypatch.undo()
    assert pairs(pk=user.pk) == [(user.pk, user.username)]
    assert pairs.first(pk=0) is None


def test_what_joins_or_counts_is_refused():
    posts = Membership.objects.order_by("pk")
    for build in (
        lambda: posts.select_related("user"),
        lambda: posts.annotate(n=Count("user")),
        lambda: posts.values("pk"),
    ):
        with pytest.raises(ValueError, match="prepared query"):
            Prepared(build)()


def test_a_value_that_would_stay_for_ever_is_refused():
    for build in (
        lambda: Membership.objects.in_force(),
        lambda: Unit.objects.filter(name="こども相談係"),
    ):
        with pytest.raises(ValueError, match="numbers"):
            Prepared(build)()


def test_a_value_that_is_not_given_is_an_error_and_not_another_query():
    with pytest.raises(KeyError):
        prepared_posts(day=DAY)


def as_stored(row) -> dict:
    fields = type(row)._meta.concrete_fields
    fresh = type(row).objects.get(pk=row.pk)
    return {field.attname: getattr(fresh, field.attname) for field in fields}


def item(**more) -> OutboxItem:
    return OutboxItem(channel="mail", key=f"k{random.random()}", **more)


def test_a_row_is_stored_as_django_would_store_it(django_assert_num_queries):
    for payload in ({"a": [1, "２"]}, {}, [], 0, "é"):
        theirs, ours = item(payload=payload), item(payload=payload)
        theirs.save()
        with django_assert_num_queries(1):
            insert(ours)
        assert ours.pk
        assert not ours._state.adding
        own = {"id": ours.pk, "key": ours.key, "next_at": ours.next_at}
        assert as_stored(ours).pop("created_at") - theirs.created_at < timedelta(0, 60)
        expected = as_stored(theirs) | own | {"created_at": ours.created_at}
        assert as_stored(ours) == expected


def test_several_rows_are_stored_at_once_and_none_a_second_time():
    first = item(payload={"n": 1})
    insert_all([first, item(payload={"n": 2})])
    again = OutboxItem(channel="mail", key=first.key, payload={"n": 3})
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([again])
    insert_all([again, item(payload={"n": 4})], ignore_conflicts=True)
    insert_all([])
    payloads = OutboxItem.objects.order_by("pk").values_list("payload", flat=True)
    assert list(payloads) == [{"n": 1}, {"n": 2}, {"n": 4}]


def test_only_the_named_fields_of_rows_are_written(django_assert_num_queries):
    rows = [item(payload={"n": 1}), item(payload={"n": 2})]
    for number, row in enumerate(rows):
        insert(row)
        row.payload, row.done_at, row.channel = [number], timezone.now(), "other"
    with django_assert_num_queries(1):
        update_all(rows, "payload", "done_at")
    update_all([], "payload")
    for number, row in enumerate(rows):
        stored = as_stored(row)
        assert (stored["payload"], stored["done_at"]) == ([number], row.done_at)
        assert stored["channel"] == "mail"


def test_a_row_is_made_as_its_model_makes_it_and_unlike_any_other():
    unit = UnitFactory()
    membership = MembershipFactory(unit=unit)
    for model, values in (
        (Membership, {"user": membership.user, "unit": unit, "partner": None}),
        (Membership, {"user_id": membership.user_id, "role": "x", "valid_to": DAY}),
        (OutboxItem, {"channel": "mail", "key": "k", "payload": {"n": 1}}),
        (AuditEvent, {"by": SimpleLazyObject(lambda: membership.user), "seq": 3}),
    ):
        ours, theirs = made(model, **values), model(**values)
        assert ours._state.adding and ours._state.db is None
        fields = [f.attname for f in model._meta.concrete_fields]
        moments = {name for name in fields if isinstance(getattr(ours, name), datetime)}
        for name in fields:
            if name not in moments:
                assert getattr(ours, name) == getattr(theirs, name), name
        assert all(getattr(ours, name) == value for name, value in values.items())
    one, other = made(AuditEvent), made(AuditEvent)
    one.detail["n"] = 1
    assert other.detail == {}
    with pytest.raises(TypeError):
        made(OutboxItem, chanel="mail")


def test_a_value_of_another_type_is_bound_as_its_field_says():
    row = item(payload={})
    row.channel, row.attempts = OutboxItem._meta.app_label, "3"
    insert(row)
    assert as_stored(row)["attempts"] == 3
    row.last_error, row.attempts = 5, True
    update_all([row], "last_error", "attempts")
    assert (as_stored(row)["last_error"], as_stored(row)["attempts"]) == ("5", 1)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/St_Johns"])
@pytest.mark.parametrize("fraction", [0, 5, 120_000])
def test_a_moment_of_any_zone_is_stored_as_django_stores_it(zone, fraction):
    moment = datetime(2026, 3, 29, 0, 30, 7, fraction, ZoneInfo(zone))
    mine, theirs = (
        made(OutboxItem, channel="mail", key=f"{by}-{zone}", next_at=moment)
        for by in ("mine", "theirs")
    )
    insert(mine)
    theirs.save(force_insert=True)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT next_at FROM exchange_outboxitem WHERE key LIKE %s",
            [f"%-{zone}"],
        )
        assert len(cursor.fetchall()) == 1
    assert OutboxItem.objects.get(pk=mine.pk).next_at == moment


def test_a_moment_without_a_zone_is_no_moment():
    if connections["default"].vendor != "sqlite":
        pytest.skip("Elsewhere its field is asked, which warns of it.")
    row = made(OutboxItem, channel="mail", key="k", next_at=datetime(2026, 3, 29))
    with pytest.raises(ValueError, match="zone"):
        insert(row)


def test_rows_that_are_not_made_first_say_each_of_their_columns():
    row = item(payload={"n": 1}, created_at=timezone.now())
    said = {name: getattr(row, name) for name in row.__dict__ if name[0] != "_"}
    insert_values(OutboxItem, [said | {"key": "a"}, said | {"key": "b"}])
    insert_values(OutboxItem, [])
    assert OutboxItem.objects.filter(payload={"n": 1}).count() == 2
    del said["attempts"]
    with pytest.raises(KeyError):
        insert_values(OutboxItem, [said])


class Listener:
    """Hears each statement, but for those that it has no use for."""

    def __init__(self, of_no_use: str) -> None:
        self.heard: list[str] = []
        self.of_no_use = of_no_use

    def __call__(self, execute, sql, params, many, context):
        self.heard.append(sql)
        return execute(sql, params, many, context)

    def ignores(self, sql: str) -> bool:
        return self.of_no_use in sql


def test_who_listens_to_a_connection_hears_each_statement_that_is_not_ignored():
    row = item(payload={})
    everything = Listener("no such words")
    with connections["default"].execute_wrapper(everything):
        insert(row)
        update_all([row], "payload")
        prepared_posts(day=DAY, unit=1)
    assert [sql.split()[0] for sql in everything.heard] == [
        "INSERT",
        "UPDATE",
        "SELECT",
    ]
    queries = Listener("INSERT")
    with connections["default"].execute_wrapper(queries):
        insert_all([item(payload={}), item(payload={})])
        prepared_posts(day=DAY, unit=1)
    if connections["default"].vendor == "sqlite":
        assert [sql.split()[0] for sql in queries.heard] == ["SELECT"]
    assert OutboxItem.objects.count() == 3


def test_what_is_public_is_reported_however_it_is_written():
    wrappers = connections["default"].execute_wrappers
    (watcher,) = [each for each in wrappers if hasattr(each, "ignores")]
    assert watcher.ignores('INSERT INTO "portal_forms_submission" ("id") VALUES (%s)')
    assert not watcher.ignores('UPDATE "programs_site" SET "name" = %s')


def test_after_an_error_a_transaction_takes_no_prepared_statement_either():
    row = item(payload={})
    insert(row)
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            update_all([row], "payload")
    assert OutboxItem.objects.get().key == row.key


def test_a_number_in_the_statement_itself_and_a_percent_sign_stay_what_they_are():
    rows = run(connections["default"], "SELECT %s, 'a%%b'", ["x"])
    assert [tuple(row) for row in rows] == [("x", "a%b")]
