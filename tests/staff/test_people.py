"""Who holds a post today: asked in one way, by whatever room tells or offers people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from staff.models import Membership, Unit
from staff.people import holders, members_of
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(cast):
    return Unit.objects.get(function=Unit.Function.INTAKE)


def names(people) -> list[str]:
    return sorted(person.username for person in people.all())


def test_the_fast_question_and_the_free_one_give_the_same_people(cast, unit):
    today = timezone.localdate()
    for name, valid, is_active in [
        ("over", (today - timedelta(days=9), today - timedelta(days=1)), True),
        ("later", (today + timedelta(days=1), None), True),
        ("stopped", (today, None), False),
        ("new", (today, today), True),
    ]:
        person = UserFactory(username=name, is_active=is_active)
        MembershipFactory(
            user=person,
            unit=unit,
            role="case_worker",
            valid_from=valid[0],
            valid_to=valid[1],
        )
    found = names(holders(unit=unit))
    assert "new" in found and "intake" in found
    assert not {"over", "later", "stopped"} & set(found)
    assert {person.pk for person in members_of(unit)} == set(
        holders(unit=unit).values_list("pk", flat=True)
    )


def test_two_posts_make_one_person(cast, unit):
    post = Membership.objects.in_force().filter(unit=unit).first()
    MembershipFactory(user=post.user, unit=unit, role="programme_manager")
    assert len(names(holders(unit=unit))) == len(set(names(holders(unit=unit))))
    assert names(holders(unit=unit, role="programme_manager")) == [post.user.username]
