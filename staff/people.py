"""The active people who hold a post today: whom to tell, and whom to choose among."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from staff.models import Membership, Unit, User
from staff.prepared import Given, Prepared


def holders(*conditions: Q, **posts: Any) -> QuerySet[User]:
    """The active people with such a post in force today, each once.

    *conditions* and *posts* say which memberships: ``unit=…``, ``role=…``.
    """
    found = Membership.objects.in_force().filter(*conditions, **posts)
    return User.objects.filter(pk__in=found.values("user"), is_active=True)


def _in_unit() -> QuerySet[User]:
    """The same for a unit and a day that are given when asked; only who they are."""
    posts = Membership.objects.in_force(Given("day", Membership, "valid_from"))
    posts = posts.filter(unit=Given("unit", Membership, "unit"))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).only("pk")


_members = Prepared(_in_unit)


def members_of(unit: Unit) -> list[User]:
    """The people whose membership in *unit* is in force today."""
    return _members(day=timezone.localdate(), unit=unit.pk)
