"""The sender's urgency is corrected: followed until somebody triaged, then offered."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cases import services
from cases.models import Referral
from exchange.models import OutboxItem
from forms.services.correcting import correct
from staff.models import AuditEvent
from tests.factories import SubmissionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def referral(submission, cast):
    calm = SubmissionFactory(
        version=submission.version,
        answers={**submission.answers, "f_urgency": "o_normal"},
        partner=submission.partner,
    )
    cast["intake"].email = "intake@example.jp"
    cast["intake"].save()
    return services.receive_referrals([calm])[0]


@pytest.fixture
def say(referral, cast):
    """``say("now")``: the desk writes down what the sender meant."""

    def do(level, key="f_urgency"):
        typed = f"o_{level}" if key == "f_urgency" else level
        correct(
            referral.submission, by=cast["intake"], key=key, typed=typed, reason="電話"
        )
        referral.refresh_from_db()
        return referral

    return do


def mails(referral) -> list[str]:
    found = OutboxItem.objects.filter(key__startswith="referral-urgent-")
    return [item.payload["subject"] for item in found]


def test_a_referral_that_nobody_triaged_follows_and_it_is_written_down(say, cast):
    referral = say("this_week")
    assert referral.urgency == "this_week"
    event = AuditEvent.objects.get(event="referral.urgency_followed")
    assert (event.by, event.record) == (cast["intake"], referral.number)
    assert event.detail == {"was": "normal", "now": "this_week"}
    assert not mails(referral)


def test_what_cannot_wait_is_told_to_the_unit_at_once(say):
    referral = say("now")
    assert referral.urgency == "now"
    assert len(mails(referral)) == 1
    assert "至急" in mails(referral)[0] and referral.number in mails(referral)[0]


def test_another_answer_changes_no_urgency(say):
    say("架空子", key="f_child_given_name")
    assert not AuditEvent.objects.filter(event__startswith="referral.urgency").exists()


def test_after_the_triage_the_level_is_the_citys_and_the_page_offers_the_correction(
    say, referral, cast, log_in
):
    services.triage_referral(referral, by=cast["intake"], is_listed=False)
    assert say("now").urgency == "normal"
    assert len(mails(referral)) == 1
    client = log_in("intake")
    page = client.get(referral.get_admin_url()).content.decode()
    assert "回答は「通常」から「今すぐ」に訂正されました" in page
    client.post(
        reverse("referrals:urgency", args=[referral.pk]),
        {"shown": "normal", "to": "now"},
    )
    referral.refresh_from_db()
    assert referral.urgency == "now"
    event = AuditEvent.objects.get(event="referral.urgency_aligned")
    assert (event.by, event.detail) == (cast["intake"], {"was": "normal", "now": "now"})
    page = client.get(referral.get_admin_url()).content.decode()
    assert "訂正されました" not in page


def test_the_button_does_what_was_shown_or_nothing(say, referral, cast):
    services.triage_referral(referral, by=cast["intake"], is_listed=False)
    say("now")
    for shown, to in [("this_week", "now"), ("normal", "this_week"), ("now", "now")]:
        with pytest.raises(ValidationError):
            services.align_urgency(referral, by=cast["intake"], shown=shown, to=to)
    assert Referral.objects.get().urgency == "normal"


def test_only_the_unit_in_charge_takes_it_over(say, referral, cast, log_in):
    services.triage_referral(referral, by=cast["intake"], is_listed=False)
    say("now")
    client = log_in("head")
    page = client.get(referral.get_admin_url()).content.decode()
    assert "訂正されました" in page and "緊急度を訂正に合わせる" not in page
    with pytest.raises(ValidationError):
        services.align_urgency(referral, by=cast["head"], shown="normal", to="now")


def test_a_closed_referral_stays_as_it_was_judged(say, referral, cast):
    services.close_referral(referral, by=cast["intake"], act="withdraw", note="取下げ")
    assert say("now").urgency == "normal"
    assert not mails(referral)
