"""What many tests begin with, made once and taken back afterwards."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import transaction

from home import freshness
from home.services import EDITING_ROLES
from programs import seed
from staff.models import Membership, Unit, User
from tests.factories import MembershipFactory, UnitFactory, UserFactory


def units_of(functions: Iterable[str]) -> list[Unit]:
    """A unit for each function: those that there are, and the rest at once."""
    known = list(Unit.objects.all())
    missing = dict.fromkeys(functions)
    for unit in known:
        missing.pop(unit.function, None)
    made = [UnitFactory.build(function=function) for function in missing]
    return known + Unit.objects.bulk_create(made)


def people_with(posts: dict[str, dict]) -> dict[str, User]:
    """People by their names, each with a post; all at once, as many tests begin so.

    Editors get theirs one by one: with it they come into a group.
    """
    known = {u.username: u for u in User.objects.filter(username__in=posts)}
    missing = [UserFactory.build(username=name) for name in posts if name not in known]
    known |= {user.username: user for user in User.objects.bulk_create(missing)}
    people = {name: known[name] for name in posts}
    plain = []
    for name, post in posts.items():
        if post["role"] in EDITING_ROLES:
            MembershipFactory(user=people[name], **post)
        else:
            plain.append(MembershipFactory.build(user=people[name], **post))
    Membership.objects.bulk_create(plain)
    return people


@contextmanager
def writes_count_at_once() -> Iterator[None]:
    """Public content counts as committed with each write, as it is in service.

    The process remembers the site, the menu and the like until the next write. Within
    the transaction of a test it would look them up for every request.
    """
    with (
        mock.patch.object(freshness, "is_in_doubt", lambda using="default": False),
        mock.patch.object(
            freshness, "changed", lambda using="default": freshness.bump()
        ),
    ):
        freshness.bump()
        yield
    freshness.bump()


@contextmanager
def kept_for_the_module(blocker, *loads: Callable[[], object]) -> Iterator[None]:
    """Load once what every test of a file begins with; take it back with the file.

    Each test plays in a transaction of its own within this one.
    """
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()
        for load in loads:
            load()
    yield
    with blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)
        cache.clear()


@pytest.fixture(scope="module")
def seed_of_the_module(django_db_setup, django_db_blocker):
    """The seed with its demo, once a file; for files whose every test takes it."""
    with kept_for_the_module(django_db_blocker, partial(seed.load, demo=True)):
        yield
