"""From the check of the list to the case: who may do what next, and only once."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.urls import reverse

from cases import services
from cases.models import Case, Child, ContactLog, Referral
from exchange.models import OutboxItem
from forms.models import CorrectedAnswer, Submission
from staff.models import AuditEvent, Unit
from tests.cases.conftest import HEARING, NEW_CHILD
from tests.factories import (
    CaseFactory,
    ChildFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LISTED = {"result": "listed", "shown": "not_yet", "note": "実務者会議の台帳で確認"}
NOT_LISTED = {"result": "not_listed", "shown": "not_yet"}


def test_a_listed_child_goes_to_the_protecting_unit_and_intake_loses_it(
    act, client, received
):
    page = received.get_admin_url()
    answer = act("intake", "referrals:triage", received, **LISTED)

    assert answer.url == reverse("referrals:index")
    assert client.get(page).status_code == 404
    rows = client.get(answer.url).content.decode()
    assert f'data-number="{received.number}"' not in rows
    received.refresh_from_db()
    assert (received.unit.function, received.is_restricted) == ("protection", True)
    assert received.council_checked_by.username == "intake"
    received.submission.refresh_from_db()
    assert received.submission.status == Submission.Status.IN_REVIEW
    told = OutboxItem.objects.filter(key__startswith="referral-handed-over")
    assert [item.payload["unit"] for item in told] == [received.unit_id]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("protection", 200),
        ("head", 200),
        ("intake", 404),
        ("caseworker", 404),
        ("caseworker-lead", 404),
        ("programme", 404),
        ("operator", 404),
    ],
)
def test_who_opens_a_referral_of_a_listed_child(log_in, cast, received, who, status):
    services.triage_referral(received, by=cast["intake"], is_listed=True)

    assert log_in(who).get(received.get_admin_url()).status_code == status


def test_a_child_that_is_not_listed_stays_with_the_intake_desk(act, client, received):
    answer = act("intake", "referrals:triage", received, **NOT_LISTED)

    assert answer.url == received.get_admin_url()
    assert client.get(answer.url).status_code == 200
    received.refresh_from_db()
    assert (received.unit.function, received.is_restricted) == ("intake", False)
    assert received.state == Referral.State.TRIAGED


@pytest.fixture
def colleague(cast):
    """A second person at the intake desk."""
    intake = Unit.objects.get(function=Unit.Function.INTAKE)
    user = cast["colleague"] = UserFactory(username="colleague")
    MembershipFactory(user=user, role="case_worker", unit=intake)
    return user


def test_of_two_checks_one_counts_and_the_other_is_told_who_and_when(
    act, received, cast, colleague
):
    cast["intake"].full_name = "架空　受付"
    cast["intake"].save()
    act("intake", "referrals:triage", received, **NOT_LISTED)
    second = NOT_LISTED | {"note": "二度目"}
    answer = act("colleague", "referrals:triage", received, **second)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "架空　受付" in text
    assert "令和8年" in text
    assert "二度目" in text
    received.refresh_from_db()
    assert received.council_checked_by == cast["intake"]
    assert AuditEvent.objects.filter(event="referral.triaged").count() == 1


def test_a_check_is_corrected_upwards_while_open_and_back_only_before_a_hearing(
    act, received, cast
):
    act("intake", "referrals:triage", received, **NOT_LISTED)
    act("intake", "referrals:triage", received, result="listed", shown="not_listed")
    received.refresh_from_db()
    assert received.is_restricted

    act("protection", "referrals:triage", received, result="not_listed", shown="listed")
    received.refresh_from_db()
    assert (received.is_restricted, received.unit.function) == (False, "intake")

    act("intake", "referrals:triage", received, result="listed", shown="not_listed")
    act("protection", "referrals:hearing", received, **HEARING)
    act("protection", "referrals:triage", received, result="not_listed", shown="listed")
    received.refresh_from_db()
    assert received.is_restricted


def test_without_a_protecting_unit_a_listed_child_is_handed_to_nobody(
    act, received, cast
):
    Unit.objects.filter(function="protection").update(function="none")

    assert act("intake", "referrals:triage", received, **LISTED).status_code == 200
    received.refresh_from_db()
    assert received.state == Referral.State.RECEIVED


ACTS = {
    "triage": NOT_LISTED,
    "hearing": HEARING,
    "accept": NEW_CHILD,
    "redirect": {"note": "子ども食堂へ"},
    "duplicate": {"note": "二重"},
    "withdraw": {"note": "取下げ"},
}


@pytest.mark.parametrize("state", Referral.State.values)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_out_of_order_changes_nothing(act, client, received, state, name):
    Referral.objects.filter(pk=received.pk).update(state=state)
    received.refresh_from_db()
    allowed = state in Referral.ACTS[name]
    if name == "triage" and state != "received":
        allowed = False  # what this form was shown is no longer so

    answer = act("intake", f"referrals:{name}", received, **ACTS[name])
    received.refresh_from_db()

    assert (answer.status_code == 302) is allowed
    assert (received.state != state or state == name == "hearing") is allowed
    assert Case.objects.exists() is (allowed and name == "accept")
    if state not in Referral.ACTS[name]:
        page = client.get(reverse(f"referrals:{name}", args=[received.pk]))
        assert page.url == received.get_admin_url()


@pytest.mark.parametrize("who", ["programme", "programme-lead", "head"])
@pytest.mark.parametrize("name", ACTS)
def test_who_only_reads_may_not_act(act, received, who, name):
    answer = act(who, f"referrals:{name}", received, **ACTS[name])

    received.refresh_from_db()
    assert answer.status_code in (302, 403)
    assert received.state == Referral.State.RECEIVED
    assert not AuditEvent.objects.filter(by__username=who, action="change").exists()


@pytest.mark.parametrize("who", ["protection", "caseworker", "caseworker-lead"])
@pytest.mark.parametrize("state", ["received", "hearing"])
@pytest.mark.parametrize("name", ACTS)
def test_another_unit_reads_a_referral_and_does_not_act_on_it(
    act, client, received, who, state, name
):
    known = CaseFactory(over=True).child
    Referral.objects.filter(pk=received.pk).update(state=state)
    search = {"search": "架空", "look": "1"} if name == "accept" else {}
    for posted in (ACTS[name], search):
        answer = act(who, f"referrals:{name}", received, **posted)
        assert answer.status_code == 200
        assert known.number not in answer.content.decode()

    assert client.get(received.get_admin_url()).context["acts"] == []
    door = client.get(reverse(f"referrals:{name}", args=[received.pk]))
    assert door.url == received.get_admin_url()
    received.refresh_from_db()
    assert received.state == state
    assert not Case.objects.exclude(child=known).exists()
    assert not ContactLog.objects.exists()


def test_a_hearing_is_kept_with_who_when_and_for_whom(act, received):
    act("intake", "referrals:triage", received, **NOT_LISTED)
    act("intake", "referrals:hearing", received, **HEARING)

    log = ContactLog.objects.get()
    assert (log.kind, log.author.username) == ("hearing", "intake")
    assert log.at.isoformat() == "2026-11-20T06:00:00+00:00"
    received.refresh_from_db()
    assert received.state == Referral.State.HEARING


def test_the_same_hearing_sent_twice_is_one_record(act, received):
    act("intake", "referrals:triage", received, **NOT_LISTED)
    for _click in range(2):
        act("intake", "referrals:hearing", received, **HEARING)

    assert ContactLog.objects.count() == 1


def test_the_hearing_of_a_listed_child_is_restricted_by_default(log_in, cast, received):
    services.triage_referral(received, by=cast["intake"], is_listed=True)

    page = log_in("protection").get(reverse("referrals:hearing", args=[received.pk]))

    assert page.context["form"]["visibility"].value() == "restricted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "令和8年2月30日"},
        {"day": "R40.1.1"},
        {"time": "夕方"},
        {"body": "あ" * 10_000},
        {"body": "NUL\x00"},
        {"with_whom": "一行\n二行"},
        {"visibility": "operator"},
        {"visibility": "nobody"},
    ],
)
def test_bad_input_is_answered_and_everything_typed_is_kept(act, heard, wrong):
    body = "「ごはんはひとり」👧🏽 葛󠄁城 髙﨑"
    answer = act(
        "intake", "referrals:hearing", heard, **{**HEARING, "body": body} | wrong
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert ContactLog.objects.count() == 1
    if "body" not in wrong:
        assert answer.context["form"]["body"].value() == body


def test_accepting_opens_a_case_for_the_new_child_in_the_casework_unit(
    act, heard, cast
):
    answer = act("intake", "referrals:accept", heard, **NEW_CHILD)

    case = Case.objects.get()
    assert answer.url == case.get_admin_url()
    assert (case.number, case.child.number) == ("C-00001", "K-00001")
    assert (case.unit.function, case.is_restricted) == ("casework", False)
    assert case.child.family_name == "架空𠮷田"
    assert case.child.birth_date.isoformat() == "2016-07-15"
    guardian = case.child.guardians.get()
    assert (guardian.relation, guardian.phone) == ("母", "090-0000-0000")
    assert ContactLog.objects.get().case == case
    heard.refresh_from_db()
    assert (heard.case, heard.state) == (case, Referral.State.ACCEPTED)
    heard.submission.refresh_from_db()
    assert heard.submission.status == Submission.Status.DONE
    event = AuditEvent.objects.get(event="referral.accepted")
    assert (event.record, event.subject) == (heard.number, "K-00001")


def test_the_case_of_a_listed_child_is_restricted_to_the_protecting_unit(
    act, received, cast
):
    services.triage_referral(received, by=cast["intake"], is_listed=True)
    act("protection", "referrals:hearing", received, **HEARING)
    act("protection", "referrals:accept", received, **NEW_CHILD)

    case = Case.objects.get()
    assert (case.unit.function, case.is_restricted) == ("protection", True)
    visible = {
        who for who, user in cast.items() if case in Case.objects.visible_to(user)
    }
    assert visible == {"protection", "head", "programme", "programme-lead"}


def test_the_answers_are_proposed_for_a_new_child_and_nothing_is_chosen(log_in, heard):
    page = log_in("intake").get(reverse("referrals:accept", args=[heard.pk]))
    form = page.context["form"]

    assert form["family_name"].value() == "架空𠮷田"
    assert form["grade_note"].value() == "小学4年 2組"
    assert form["school"].value() == heard.partner_id
    assert "平成28年7月15日" in str(form["birth_date"])
    assert form["child"].value() is None


def test_what_the_desk_corrected_is_shown_and_proposed(log_in, heard, cast):
    by, submission = cast["intake"], heard.submission
    for code, value in (
        ("child_family_name", "架空正字"),
        ("birth_date", "2017-07-15"),
    ):
        CorrectedAnswer.objects.create(
            submission=submission, key=f"f_{code}", value=value, by=by, reason="電話"
        )
    client = log_in("intake")
    page = BeautifulSoup(client.get(heard.get_admin_url()).content, "html.parser")
    name = page.select_one('[data-code="child_family_name"]')
    assert (
        name.text.startswith("架空正字") and name.select_one("del").text == "架空𠮷田"
    )
    assert "訂正" in name.text and "電話" in name.text
    form = client.get(reverse("referrals:accept", args=[heard.pk])).context["form"]
    assert form["family_name"].value() == "架空正字"
    assert "平成29年7月15日" in str(form["birth_date"])


def test_a_child_on_file_is_found_by_folded_name_in_a_post(act, heard):
    known = CaseFactory(over=True).child
    answer = act("intake", "referrals:accept", heard, look="1", search="かくうよしだ")

    assert known.number in answer.content.decode()
    assert AuditEvent.objects.get(event="child.searched").subject == known.number
    answer = act(
        "intake", "referrals:accept", heard, search="カクウ", child=str(known.pk)
    )
    assert Case.objects.get(number="C-00001").child == known


@pytest.mark.parametrize("step", [{"look": "1"}, {}, {"child": "new"}])
def test_each_child_whose_name_is_shown_is_an_event_about_that_child(
    act, heard, cast, step
):
    known = {CaseFactory(over=True).child.number for _child in range(2)}
    CaseFactory(restricted=True)
    answer = act("intake", "referrals:accept", heard, search="架空", **step)

    text = answer.content.decode()
    assert all(number in text for number in known)
    events = AuditEvent.objects.filter(event="child.searched")
    assert {event.subject for event in events} == known
    assert events.count() == 2
    for event in events:
        assert (event.action, event.by) == ("view", cast["intake"])
        assert event.record == heard.number


def test_who_is_not_shown_a_name_leaves_no_event_about_that_child(act, heard):
    known = CaseFactory(over=True).child
    act("intake", "referrals:accept", heard, search="架空", child=str(known.pk))
    assert not AuditEvent.objects.filter(event="child.searched").exists()


def test_a_hidden_child_is_neither_found_nor_taken_by_a_forged_choice(act, heard):
    hidden = CaseFactory(restricted=True, over=True).child
    answer = act("intake", "referrals:accept", heard, look="1", search="架空吉田")
    assert hidden.number not in answer.content.decode()

    missing = act("intake", "referrals:accept", heard, search="架空", child="999999")
    forged = act(
        "intake", "referrals:accept", heard, search="架空", child=str(hidden.pk)
    )

    for answer in (missing, forged):
        assert answer.status_code == 200
    assert str(missing.context["form"].errors).replace("999999", "N") == str(
        forged.context["form"].errors
    ).replace(str(hidden.pk), "N")
    assert Case.objects.count() == 1


def test_a_school_that_is_not_in_use_cannot_be_forged_in(act, heard):
    school = ChildFactory().school
    school.is_active = False
    school.save()

    answer = act("intake", "referrals:accept", heard, **NEW_CHILD, school=school.pk)

    assert "school" in answer.context["form"].errors
    assert not Case.objects.exists()


def test_a_child_has_one_open_case_and_the_refusal_names_it(act, heard):
    standing = CaseFactory()
    answer = act(
        "intake", "referrals:accept", heard, search="架空", child=standing.child_id
    )

    assert answer.status_code == 200
    assert standing.number in answer.content.decode()
    assert Case.objects.count() == 1
    heard.refresh_from_db()
    assert heard.state == Referral.State.HEARING


def test_a_hidden_open_case_is_not_named(act, heard):
    child = CaseFactory(over=True).child
    hidden = CaseFactory(restricted=True, child=child)
    answer = act("intake", "referrals:accept", heard, search="架空", child=child.pk)

    assert answer.status_code == 200
    assert hidden.number not in answer.content.decode()
    assert Case.objects.filter(child=child).count() == 2


def test_of_two_who_accept_one_case_is_opened_and_no_number_is_lost(
    act, heard, cast, colleague
):
    first = Referral.objects.get(pk=heard.pk)
    second = Referral.objects.get(pk=heard.pk)
    values = {"family_name": "架空", "given_name": "子"}
    services.accept_referral(first, by=cast["intake"], child_values=values)

    with pytest.raises(ValidationError) as told:
        services.accept_referral(second, by=colleague, child_values=values)

    assert str(cast["intake"]) in told.value.messages[0]
    assert Child.objects.count() == Case.objects.count() == 1


def test_a_duplicate_points_to_a_visible_case_and_shares_no_hearing(act, heard, case):
    hidden = CaseFactory(restricted=True)
    for number in (hidden.number, "C-77777"):
        answer = act("intake", "referrals:duplicate", heard, note="二重", case=number)
        assert "case" in answer.context["form"].errors

    act("intake", "referrals:duplicate", heard, note="二重", case=case.number.lower())

    heard.refresh_from_db()
    assert (heard.case, heard.state) == (case, Referral.State.DUPLICATE)
    assert ContactLog.objects.get().case is None


def test_a_listed_duplicate_takes_its_open_case_to_the_protecting_unit(
    act, received, cast, case
):
    case.worker = cast["caseworker"]
    case.save()
    act("intake", "referrals:triage", received, **LISTED)
    closing = {"note": "二重", "case": case.number}
    act("protection", "referrals:duplicate", received, **closing)

    case.refresh_from_db()
    received.refresh_from_db()
    assert (received.case, received.state) == (case, Referral.State.DUPLICATE)
    assert (case.unit.function, case.is_restricted) == ("protection", True)
    assert case.worker is None
    visible = {
        who for who, user in cast.items() if case in Case.objects.visible_to(user)
    }
    assert visible == {"protection", "head", "programme", "programme-lead"}
    event = AuditEvent.objects.get(event="case.restricted")
    assert (event.record, event.by) == (case.number, cast["protection"])


def test_a_second_closing_is_told_who_closed_it(act, heard, cast, colleague):
    act("intake", "referrals:redirect", heard, note="子ども食堂へ")
    answer = act("colleague", "referrals:withdraw", heard, note="取下げ")

    assert str(cast["intake"]) in answer.content.decode()
    heard.refresh_from_db()
    assert heard.closing_note == "子ども食堂へ"


def test_a_note_is_needed_to_close(act, heard):
    assert act("intake", "referrals:withdraw", heard, note="　").status_code == 200
    heard.refresh_from_db()
    assert heard.state == Referral.State.HEARING


def test_if_the_event_cannot_be_written_nothing_happens(monkeypatch, received, cast):
    def broken(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr("cases.services.referral.record_event", broken)
    with pytest.raises(RuntimeError):
        services.triage_referral(received, by=cast["intake"], is_listed=True)

    received.refresh_from_db()
    assert received.state == Referral.State.RECEIVED
