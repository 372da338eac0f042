"""Queries that are turned into SQL once, and asked with other values each time."""

from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from staff.models import Membership, Unit, User
from staff.prepared import Given, Prepared
from tests.factories import MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


def posts(day, unit) -> QuerySet:
    found = Membership.objects.in_force(day).filter(unit=unit)
    return found.select_related("user", "operator").order_by("pk")


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
                names = [post.user.username for post in found]
            assert found == list(posts(day, unit))
            assert names == [post.user.username for post in posts(day, unit)]


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
