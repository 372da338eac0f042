"""Forms that are received in one transaction, as if each had come alone."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from exchange.models import OutboxItem
from forms.models import Draft, IndexedAnswer, Submission
from forms.services import submissions
from forms.services.submissions import Early, Sending, receive
from forms.services.windows import NotReceived
from staff.models import AuditEvent, NumberSeries, Unit
from staff.services import verify_audit
from tests.forms.conftest import question
from tests.forms.journey import Journey
from tests.forms.test_windows import window

pytestmark = pytest.mark.django_db

NAME = question("short_text", "name", "お名前", slot="child_name")


@pytest.fixture
def form(publish, cast):
    return publish([NAME], handler="receive-referral")


@pytest.fixture
def sending(form):
    """One more draft on its way, looked at in a language."""

    def make(name, language="ja"):
        Journey(Client(), slug=form.slug).begin().walk({"name": name})
        draft = Draft.objects.select_related("version__form").latest("pk")
        Draft.objects.filter(pk=draft.pk).update(language=language)
        draft.language = language
        return Sending(draft, "password", "127.0.0.1", None, Early(draft), language)

    return make


def receipts():
    return NumberSeries.objects.get(kind="receipt").last


def test_each_has_its_receipt_referral_index_event_and_mail_in_one_chain(sending):
    names = ["一郎", "二郎", "三郎"]
    received = receive([sending(name) for name in names])

    numbers = [submission.receipt for submission in received]
    assert len(set(numbers)) == 3 and numbers == sorted(numbers)
    found = IndexedAnswer.objects.filter(slot="child_name").order_by("submission_id")
    assert [each.text for each in found] == names
    assert [s.referral.number for s in Submission.objects.order_by("pk")] == numbers
    for event in ("portal_forms.submission.received", "referral.received"):
        rows = AuditEvent.objects.filter(event=event).order_by("seq")
        assert [row.record for row in rows] == numbers
    mails = OutboxItem.objects.filter(channel="unit_mail").order_by("key")
    assert [mail.key.removeprefix("referral-arrived-") for mail in mails] == numbers
    assert verify_audit() == []
    assert not any(Draft.objects.values_list("answers", flat=True))


def test_one_that_was_sent_before_takes_no_number_and_is_what_it_was(sending):
    first = sending("一郎")
    (before,) = receive([first])
    again, other = receive([first, sending("二郎")])

    assert again == before and other != before
    assert other.receipt > before.receipt and receipts() == 2
    assert AuditEvent.objects.filter(event="referral.received").count() == 2


def test_two_clicks_at_once_fall_together_and_are_one_when_tried_alone(sending):
    twice = sending("一郎")
    with pytest.raises(IntegrityError), transaction.atomic():
        receive([twice, twice])
    assert not Submission.objects.exists()
    assert receive([twice]) == receive([twice])
    assert receipts() == 1


@pytest.mark.parametrize("places", [1, 2])
def test_of_more_than_there_are_places_none_is_received_together(sending, form, places):
    window(form, capacity=places)
    three = [sending(name) for name in ("一郎", "二郎", "三郎")]
    with pytest.raises(NotReceived), transaction.atomic():
        receive(three)
    assert not Submission.objects.exists()
    for each in three[:places]:
        receive([each])
    with pytest.raises(NotReceived), transaction.atomic():
        receive([three[places]])
    assert receipts() == places


def test_a_refusal_speaks_the_language_of_its_sender_whoever_writes(sending):
    Unit.objects.all().update(function="none")
    english = sending("Ann", language="en")
    with translation.override("ja"), pytest.raises(ValidationError) as refusal:
        receive([english])
    assert "phone the city" in str(refusal.value)


def test_the_receipt_mails_speak_the_language_of_each_sender(sending, monkeypatch):
    spoken = []
    monkeypatch.setattr(
        submissions, "announce", lambda one: spoken.append(translation.get_language())
    )
    receive([sending("一郎"), sending("Ann", language="en")])
    assert spoken == ["ja", "en"]


def test_what_looks_like_a_machine_is_held_back_and_the_others_go_on(
    sending, monkeypatch
):
    machine, person = sending("機械"), sending("一郎")
    Draft.objects.filter(pk=machine.draft.pk).update(is_trapped=True)
    held, received = receive([machine, person])

    assert held.held.reasons == ["trap"] and not hasattr(held, "referral")
    assert Submission.objects.get(pk=received.pk).referral.number == received.receipt
