"""A referral is received whole, told to the desk, and joined to no child."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from cases import services
from cases.models import Child, Referral
from exchange.models import OutboxItem
from exchange.services import run_due
from forms import handlers
from forms.models import CorrectedAnswer
from staff.models import AuditEvent, Unit
from tests.factories import SubmissionFactory

pytestmark = pytest.mark.django_db


def test_the_receipt_is_the_number_and_the_answers_give_the_urgency(submission):
    submission.form.handler = "receive-referral"
    handlers.handle([submission])

    referral = Referral.objects.get()
    assert referral.number == submission.receipt
    assert referral.urgency == Referral.Urgency.NOW
    assert referral.partner == submission.partner
    assert referral.unit.function == Unit.Function.INTAKE
    assert not referral.is_restricted
    events = AuditEvent.objects.filter(record=referral.number)
    assert [event.event for event in events] == ["referral.received"]


def test_the_urgency_is_the_corrected_one_where_it_was_corrected_before(
    submission, cast
):
    CorrectedAnswer.objects.create(
        submission=submission, key="f_urgency", value="o_normal", by=cast["intake"]
    )
    referral = services.receive_referrals([submission])[0]
    assert referral.urgency == Referral.Urgency.NORMAL


@pytest.mark.parametrize("code", ["f_urgency", "f_child_family_name"])
def test_a_missing_answer_refuses_nothing(submission, code):
    del submission.answers[code]

    assert services.receive_referrals([submission])[0].pk


def test_no_child_is_looked_for_even_under_the_same_name_and_birth_date(
    submission, case
):
    Child.objects.update(
        family_name="架空𠮷田", given_name="花子", birth_date="2016-07-15"
    )

    assert services.receive_referrals([submission])[0].case is None


def test_the_members_of_the_desk_are_told_with_the_number_only(submission, cast):
    cast["intake"].email = "intake@example.jp"
    cast["intake"].save()
    services.receive_referrals([submission])
    run_due(10)

    items = OutboxItem.objects.filter(channel="mail")
    assert {item.payload["user"] for item in items} == {cast["intake"].pk}
    text = str(items[0].payload)
    assert submission.receipt in text
    for word in ("花子", "𠮷田", "夕食"):
        assert word not in text


def test_the_mail_of_an_urgent_one_says_so(submission):
    services.receive_referrals([submission])
    urgent = OutboxItem.objects.get(channel="unit_mail").payload["subject"]
    OutboxItem.objects.all().delete()
    calm = submission.answers | {"f_urgency": "o_normal"}
    other = SubmissionFactory(version=submission.version, answers=calm)
    services.receive_referrals([other])

    assert OutboxItem.objects.get(channel="unit_mail").payload["subject"] != urgent


def test_without_an_intake_desk_another_unit_receives(submission):
    Unit.objects.filter(function=Unit.Function.INTAKE).update(function="casework")

    assert services.receive_referrals([submission])[0].unit.function == "casework"


def test_without_any_unit_nothing_is_received_and_nothing_is_left(submission):
    submission.form.handler = "receive-referral"
    Unit.objects.all().update(function="none")

    with pytest.raises(ValidationError), transaction.atomic():
        handlers.handle([submission])

    assert not Referral.objects.exists()
    assert not AuditEvent.objects.filter(event="referral.received").exists()
