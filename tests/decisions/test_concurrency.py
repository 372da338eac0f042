"""Sixteen people press the button at the same moment: one approval, one number."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.utils import timezone

from decisions import services
from decisions.models import Decision, Enrolment
from staff.models import AuditEvent, Membership, NumberSeries, Unit
from tests.conftest import Function
from tests.decisions.conftest import approve, values_of
from tests.factories import MembershipFactory, UseApplicationFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite in memory is one connection; stale objects play it there",
    ),
]

PEOPLE = 16


def at_once(acts):
    """Run every act in a thread of its own, all at one moment; what each said."""
    gate = threading.Barrier(len(acts))
    answers = [None] * len(acts)

    def run(place, act):
        try:
            gate.wait()
            answers[place] = act()
        except ValidationError as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in answers, "somebody got an error instead of a sentence"
    return answers


@pytest.fixture
def leads(cast):
    unit = Unit.objects.get(function=Function.PROGRAMME)
    people = [UserFactory(username=f"lead-{number}") for number in range(PEOPLE)]
    for person in people:
        MembershipFactory(
            user=person,
            role=Membership.Role.PROGRAMME_MANAGER,
            unit=unit,
            is_lead=True,
        )
    return people


def test_of_sixteen_approvals_one_counts_and_fifteen_are_told(leads, circulated):
    draft = circulated("use")
    today = timezone.localdate()

    answers = at_once(
        [
            lambda person=person: approve(
                Decision.objects.get(pk=draft.pk), revision=1, on=today, by=person
            )
            for person in leads
        ]
    )

    decided = [answer for answer in answers if isinstance(answer, Decision)]
    told = [answer for answer in answers if isinstance(answer, ValidationError)]
    assert (len(decided), len(told)) == (1, PEOPLE - 1)
    assert Enrolment.objects.count() == 1
    assert AuditEvent.objects.filter(event="decision.approved").count() == 1
    assert NumberSeries.objects.get(kind="decision").last == 1
    for answer in told:
        assert str(decided[0].decided_by) in answer.messages[0]
        assert decided[0].number in answer.messages[0]


def test_two_uses_of_one_child_approved_at_once_do_not_both_stand(
    leads, cast, case, site, circulated
):
    first = circulated("use")
    other = UseApplicationFactory(case=case, site=site)
    second = services.draft_decision(
        case,
        kind="use",
        by=cast["programme"],
        values=values_of("use", site, starts_on=first.starts_on + timedelta(days=1)),
        application=other,
    )
    services.circulate(second, revision=1, by=cast["programme"])
    today = timezone.localdate()

    answers = at_once(
        [
            lambda pair=pair: approve(pair[0], revision=1, on=today, by=pair[1])
            for pair in zip((first, second), leads, strict=False)
        ]
    )

    assert sum(isinstance(answer, Decision) for answer in answers) == 1
    assert Enrolment.objects.count() == 1


def test_an_edit_and_a_circulation_at_once_leave_one_truth(cast, site, draft_of):
    draft = draft_of("use")
    by = cast["programme"]
    values = values_of("use", site, days="土　11時～21時")

    at_once(
        [
            lambda: services.edit_decision(draft, revision=1, by=by, values=values),
            lambda: services.circulate(draft, revision=1, by=by),
        ]
    )

    now = Decision.objects.get(pk=draft.pk)
    assert (now.state, now.revision) in {("draft", 2), ("circulated", 1)}
    assert (now.days == values["days"]) is (now.revision == 2)


def test_these_tests_meet_a_database_with_row_locks():
    assert connection.features.has_select_for_update
