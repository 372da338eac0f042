"""Nothing leaks to an office of the city; the other columns stand in files beside."""

import pytest
from django.apps import apps

from tests.conftest import EVERYBODY
from tests.portal.matrix import (
    HIDDEN,
    OFFICES,
    OPEN,
    OTHERS,
    PLAYED,
    PRIVATE,
    PUBLIC,
    look_everywhere,
    visible_keys,
)

pytestmark = pytest.mark.django_db


def test_every_private_address_names_a_model_with_a_rule():
    for model in PRIVATE.values():
        assert hasattr(apps.get_model(model).objects, "visible_to")
    for model in apps.get_models():
        room = model.__module__.split(".")[0]
        is_private = room in {"forms", "cases", "decisions", "support"}
        if is_private and model.__name__ not in PUBLIC and not model._meta.auto_created:
            assert hasattr(model.objects, "visible_to"), model


def test_no_column_of_the_matrix_is_lost():
    assert sorted([*OFFICES, *OTHERS]) == sorted([*PLAYED, "anonymous"])
    assert set(PLAYED) <= set(EVERYBODY)


@pytest.mark.parametrize("who", OFFICES)
def test_no_address_gives_a_hidden_record_away(client, world, who):
    look_everywhere(client, world, who)


def test_the_world_is_as_it_claims(world):
    assert visible_keys(world["operator"], "cases.Case") == {OPEN}
    assert visible_keys(world["other-operator"], "cases.Case") == {HIDDEN}
    assert visible_keys(world["caseworker"], "cases.Case") == {OPEN}
    assert visible_keys(world["protection"], "cases.Referral") == {OPEN, HIDDEN}
    assert visible_keys(world["intake"], "cases.Referral") == {OPEN}
