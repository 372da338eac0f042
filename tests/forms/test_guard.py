"""Floods and machines: received, held back for a look, never lost; a school never."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client

from cases.models import Referral
from exchange.models import OutboxItem
from forms.models import FormSettings, HeldSubmission, Submission
from forms.services import guard, release, set_aside, start_draft
from forms.services.entering import start_for
from staff.models import Unit
from tests.factories import ReferralFactory
from tests.forms import inbox
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db

OUTSIDE = "203.0.113.5"
NAME = question("short_text", "name", "お名前")
MAIL = question("email", "mail", "メールアドレス")


@pytest.fixture
def unhurried(referral_form):
    """People who type in a test are as quick as machines."""
    return FormSettings.objects.create(form=referral_form, least_seconds=0, hourly=2)


@pytest.fixture
def quick(referral_form):
    """Even a slow machine is quicker than these people."""
    return FormSettings.objects.create(form=referral_form, least_seconds=600)


def outside():
    return Journey(Client(REMOTE_ADDR=OUTSIDE))


def test_a_box_that_nobody_sees_holds_the_answers_back_with_a_receipt(unhurried, cast):
    journey = outside().begin()
    trap = journey.page.select_one("[name=website]")
    assert trap["tabindex"] == "-1" and trap.find_parent(attrs={"aria-hidden": "true"})
    journey.next({"kind": "use", "urgency": "normal"}, website="http://example.com")
    journey.walk(REFERRAL).send()
    assert journey.receipt
    held = HeldSubmission.objects.get()
    assert held.reasons == ["trap"]
    assert not Referral.objects.exists()
    keys = OutboxItem.objects.values_list("key", flat=True)
    assert any(key.startswith("held:") for key in keys)
    release(held, by=cast["intake"])
    assert Referral.objects.get().number == journey.receipt
    with pytest.raises(ValidationError):
        release(held, by=cast["intake"])
    with pytest.raises(ValidationError):
        set_aside(held, by=cast["intake"])


def test_what_is_quicker_than_people_is_held_back(quick, cast):
    outside().begin().walk(REFERRAL).send()
    assert HeldSubmission.objects.get().reasons == ["quick"]


def test_many_from_one_address_are_held_back_and_others_are_not(unhurried, cast):
    for _sending in range(3):
        assert outside().begin().walk(REFERRAL).send().receipt
    assert HeldSubmission.objects.get().reasons == ["many"]
    other = Journey(Client(REMOTE_ADDR="203.0.113.6"))
    other.begin().walk(REFERRAL).send()
    assert HeldSubmission.objects.count() == 1
    assert Referral.objects.count() == 3


def test_a_registered_school_is_never_counted_nor_refused(unhurried, cast, monkeypatch):
    monkeypatch.setattr(guard, "HIGHEST_BEGUN", 1)
    client = Client(REMOTE_ADDR=OUTSIDE)
    client.force_login(cast["school"], backend="staff.backends.MembershipBackend")
    for _sending in range(4):
        journey = Journey(client).begin()
        journey.next({"kind": "use", "urgency": "normal"}, website="x")
        journey.walk(REFERRAL).send()
    assert Referral.objects.count() == 4
    assert not HeldSubmission.objects.exists()
    assert outside().begin().url
    refused = outside().begin()
    assert refused.response.status_code == 429
    assert "お電話ください" in refused.text


def test_spam_is_set_aside_and_can_still_be_released(quick, cast, log_in):
    outside().begin().walk(REFERRAL).send()
    held = HeldSubmission.objects.get()
    client = log_in("intake")
    page = client.get(f"/admin/held/{held.pk}/").content.decode()
    assert "速さで送信" in page and "𠮷田" in page
    assert client.get("/admin/held/").status_code == 200
    client.post(f"/admin/held/{held.pk}/spam/")
    assert HeldSubmission.objects.get().outcome == "spam"
    assert not Submission.objects.taking_places().exists()
    client.post(f"/admin/held/{held.pk}/release/")
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("who", ["form-editor", "caseworker", "programme", "editor"])
def test_what_is_held_back_is_seen_by_the_desk_it_is_for_only(quick, log_in, who):
    outside().begin().walk(REFERRAL).send()
    held = HeldSubmission.objects.get()
    client = log_in(who)
    assert client.get(f"/admin/held/{held.pk}/").status_code == 404
    assert client.post(f"/admin/held/{held.pk}/release/").status_code == 404


@pytest.fixture
def held_answers(cast):
    """Something held back of a form whose answers are only kept, told to the desk."""
    form = inbox.form()
    told = FormSettings.objects.create(form=form)
    told.units.set(Unit.objects.filter(function="intake"))
    made = inbox.received(inbox.version(form))
    return HeldSubmission.objects.create(submission=made, reasons=["trap"])


def test_held_answers_are_read_by_grant_as_all_answers_are(held_answers, log_in, cast):
    address = f"/admin/held/{held_answers.pk}/"

    def opened(who):
        return log_in(who).get(address).status_code == 200

    everybody = ["intake", "caseworker", "programme", "form-editor", "admin"]
    assert not any(opened(who) for who in everybody)
    form = held_answers.submission.form
    inbox.grant(form, role="programme_manager", can_act=False)
    assert [who for who in everybody if opened(who)] == ["programme"]
    page = log_in("programme").get(address).content.decode()
    assert "𠮷田" in page and "/release/" not in page
    with pytest.raises(ValidationError):
        release(held_answers, by=cast["programme"])
    log_in("programme").post(f"{address}spam/")
    assert HeldSubmission.objects.get().outcome == "waiting"
    inbox.grant(form, user=cast["caseworker"])
    assert log_in("caseworker").get("/admin/held/").content.decode().count(address)
    log_in("caseworker").post(f"{address}release/")
    assert HeldSubmission.objects.get().outcome == "released"


def test_who_may_judge_by_grant_is_told_of_what_is_held_back(held_answers, cast):
    form = held_answers.submission.form
    assert guard.people_who_judge(form) == []
    inbox.grant(form, user=cast["caseworker"])
    inbox.grant(form, user=cast["form-editor"])
    inbox.grant(form, role="programme_manager", can_act=False)
    assert guard.people_who_judge(form) == [cast["caseworker"]]


def test_the_list_of_what_is_held_back_leads_to_each(quick, log_in):
    outside().begin().walk(REFERRAL).send()
    address = HeldSubmission.objects.get().get_admin_url()
    page = log_in("intake").get("/admin/held/")
    assert BeautifulSoup(page.content, "html.parser").select(f'a[href="{address}"]')


def test_the_reply_goes_to_the_typed_address_and_names_no_answer(publish, mailoutbox):
    form = publish([NAME, MAIL])
    keys = {
        f["code"]: f["key"]
        for f in form.latest_version().document["pages"][0]["fields"]
    }
    FormSettings.objects.create(
        form=form,
        sender_question=keys["mail"],
        reply_text="3日以内に電話します。",
        receipt_letters="M",
    )
    journey = Journey(Client(), slug="small").begin()
    journey.walk({"name": "花子", "mail": "taro@example.jp"}).send()
    assert journey.receipt.startswith("M8-")
    item = OutboxItem.objects.get(channel="receipt-mail")
    assert "taro" not in str(item.payload)
    from exchange.handlers import handler_for

    handler_for("receipt-mail")(item.payload)
    (mail,) = mailoutbox
    assert mail.to == ["taro@example.jp"]
    assert journey.receipt in mail.subject
    assert "3日以内に電話します。" in mail.body
    assert "花子" not in mail.body + mail.subject


def test_letters_of_receipts_belong_to_one_form(publish, log_in):
    first, second = publish([NAME]), publish([NAME], slug="other")
    FormSettings.objects.create(form=first, receipt_letters="M")
    client = log_in("form-editor")
    address = f"/admin/forms/conduct/{second.pk}/"
    usual = {"draft_days": "7", "least_seconds": "3", "hourly": "20"}
    for letters in ("M", "C", "m1", "ABCDE"):
        client.post(address, usual | {"receipt_letters": letters})
        assert not FormSettings.objects.filter(form=second).exists(), letters
    client.post(address, usual | {"receipt_letters": "MK"})
    assert FormSettings.objects.get(form=second).receipt_letters == "MK"


def test_what_became_confidential_is_not_read_where_it_was_held(held_answers, log_in):
    inbox.grant(None, role="programme_manager")
    HeldSubmission.objects.update(outcome="released")
    address = f"/admin/held/{held_answers.pk}/"
    assert log_in("programme").get(address).status_code == 200
    ReferralFactory(submission=held_answers.submission, restricted=True)
    for who in ("programme", "intake"):
        assert log_in(who).get(address).status_code == 404
        assert held_answers.submission.receipt not in (
            log_in(who).get("/admin/held/").content.decode()
        )


def test_the_desk_that_types_in_for_callers_is_not_taken_for_a_machine(
    referral_form, cast, monkeypatch
):
    monkeypatch.setattr(guard, "count_one", lambda *_asked: 10**6)
    who = {"by": cast["intake"], "source": "phone", "on_behalf_of": "母"}
    typed_in, _key = start_for(form=referral_form, **who)
    assert guard.suspicions(typed_in, OUTSIDE) == []
    own, _key = start_draft(referral_form, by=cast["intake"])
    assert "flood" in guard.suspicions(own, OUTSIDE)
