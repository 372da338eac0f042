"""What is added to a case: by whom, once, and never changed afterwards."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases import services
from cases.models import Case, Consent, ContactLog
from cases.panels import _makers, register
from staff.models import AuditEvent
from tests.factories import (
    CaseFactory,
    ContactLogFactory,
    MembershipFactory,
    PartnerFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CONTACT = {
    "kind": "phone",
    "day": "２０２６／１１／２０",
    "time": "１６：３０",
    "with_whom": "母",
    "body": "夕食の心配",
    "visibility": "operator",
}
NO_CONSENT = {"topic": "photo", "method": "none", "missing_reason": "連絡がとれない"}


def child_form(case, **changed):
    child = case.child
    return {
        "family_name": child.family_name,
        "given_name": child.given_name,
        "family_kana": child.family_kana,
        "given_kana": child.given_kana,
        "birth_date": child.birth_date.isoformat(),
        "school": child.school_id,
        "revision": child.revision,
    } | changed


def test_a_contact_record_is_added_with_its_event(act, case):
    act("caseworker", "cases:contact", case, **CONTACT)

    log = ContactLog.objects.get()
    assert (log.case, log.author.username, log.visibility) == (
        case,
        "caseworker",
        "operator",
    )
    assert log.at.isoformat() == "2026-11-20T07:30:00+00:00"
    event = AuditEvent.objects.get(event="contact.added")
    assert (event.record, event.subject) == (case.number, case.child.number)
    assert "夕食" not in str(event.detail)


@pytest.mark.parametrize("who", ["intake", "protection"])
def test_another_unit_reads_the_case_and_writes_nothing(act, client, case, who):
    answer = act(who, "cases:contact", case, **CONTACT)

    assert answer.status_code == 200
    assert answer.context["form"]["body"].value() == "夕食の心配"
    assert not ContactLog.objects.exists()
    page = client.get(case.get_admin_url())
    assert page.context["acts"] == []


def test_the_programme_adds_contacts_but_no_hearing(act, case):
    act("programme", "cases:contact", case, **CONTACT)
    answer = act("programme", "cases:contact", case, **CONTACT | {"kind": "hearing"})

    assert "kind" in answer.context["form"].errors
    assert ContactLog.objects.count() == 1


@pytest.mark.parametrize("who", ["operator", "head"])
def test_those_who_only_read_add_nothing(act, enrolment, who):
    case = enrolment.case
    for name, data in [("contact", CONTACT), ("consent", NO_CONSENT)]:
        act(who, f"cases:{name}", case, **data)

    assert not ContactLog.objects.exists()
    assert not Consent.objects.exists()


def test_a_contact_record_is_never_changed_nor_deleted(case):
    log = ContactLogFactory(case=case)
    with pytest.raises(ValidationError):
        log.save()
    with pytest.raises(ValidationError):
        log.delete()
    rows = ContactLog.objects.filter(pk=log.pk)
    for write in (
        lambda: rows.update(body="x"),
        lambda: rows.update(visibility="operator"),
        lambda: rows.update(case=CaseFactory()),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_a_consent_is_recorded_or_the_reason_for_none(act, case):
    act("caseworker", "cases:consent", case, **NO_CONSENT)
    given = {"topic": "operator", "method": "paper"}
    refused = act("caseworker", "cases:consent", case, **given)
    act("caseworker", "cases:consent", case, **given, given_by="母", given_on="R8.11.1")

    assert set(refused.context["form"].errors) == {"given_by", "given_on"}
    assert [c.method for c in Consent.objects.order_by("pk")] == ["none", "paper"]


def test_a_change_of_the_child_writes_down_which_fields_and_no_content(act, case):
    data = child_form(case, family_name="架空髙﨑", family_kana="かくうたかさき")
    act("caseworker", "cases:child", case, **data)

    case.child.refresh_from_db()
    assert case.child.family_name == "架空髙﨑"
    assert case.child.family_kana == "カクウタカサキ"
    event = AuditEvent.objects.get(event="child.changed")
    assert event.detail == {"fields": ["family_kana", "family_name"]}
    assert event.subject == case.child.number


def test_a_name_is_stored_as_it_was_typed(act, case):
    name = "\ufa19\u8fbb\U000e0100\U00020bb7\u304b\u3099"
    act("caseworker", "cases:child", case, **child_form(case, given_name=name))

    case.child.refresh_from_db()
    assert case.child.given_name == name


def test_of_two_who_change_a_child_the_second_keeps_what_was_typed(act, case):
    first, second = child_form(case), child_form(case, given_name="二番目")
    act("caseworker", "cases:child", case, **first | {"given_name": "一番目"})
    answer = act("caseworker-lead", "cases:child", case, **second)

    assert answer.status_code == 200
    assert answer.context["form"]["given_name"].value() == "二番目"
    case.child.refresh_from_db()
    assert case.child.given_name == "一番目"


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": "令和99年99月99日"},
        {"birth_date": "R12.1.1"},
        {"family_name": ""},
        {"family_name": "あ" * 10_000},
        {"family_name": "NUL\x00"},
        {"family_name": "改\n行"},
        {"family_kana": "漢字"},
        {"revision": "x"},
        {"revision": "9" * 30},
        {"revision": ""},
        {"school": "999999"},
        {"school": "x"},
    ],
)
def test_bad_input_changes_no_child(act, case, wrong):
    answer = act("caseworker", "cases:child", case, **child_form(case, **wrong))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not AuditEvent.objects.filter(event="child.changed").exists()


def test_a_school_that_closed_stays_with_the_child_and_is_offered_to_no_other(
    act, case
):
    case.child.school.is_active = False
    case.child.school.save()
    closed = PartnerFactory(is_active=False)

    assert act("caseworker", "cases:child", case, **child_form(case)).status_code == 302
    case.child.refresh_from_db()
    data = child_form(case, school=closed.pk)
    answer = act("caseworker", "cases:child", case, **data)
    assert "school" in answer.context["form"].errors


def guardian_form(case, **changed):
    revision = {"revision": case.child.revision}
    return revision | {"name": "架空　母", "relation": "母"} | changed


def test_a_guardian_is_added_and_changed(act, client, case):
    act("caseworker", "cases:guardian", case, **guardian_form(case))
    case.child.refresh_from_db()
    adult = case.child.guardians.get()

    address = reverse("cases:guardian", args=[case.pk])
    data = guardian_form(case, phone="06-0000-0000")
    client.post(f"{address}?guardian={adult.pk}", data)

    adult.refresh_from_db()
    assert adult.phone == "06-0000-0000"
    assert case.child.guardians.count() == 1


@pytest.mark.parametrize("forged", ["{other}", "999999", "x", "9" * 40])
def test_a_guardian_of_another_child_is_not_found(log_in, case, forged):
    other = CaseFactory().child.guardians.create(name="秘密の名", relation="父")
    address = reverse("cases:guardian", args=[case.pk])
    wanted = forged.format(other=other.pk)

    answer = log_in("caseworker").get(address, {"guardian": wanted})

    assert answer.status_code == 404
    assert "秘密の名" not in answer.content.decode()


def test_the_case_worker_is_somebody_of_the_unit(act, case, cast):
    chosen = {"worker": cast["caseworker"].pk, "shown": ""}
    act("caseworker-lead", "cases:worker", case, **chosen)
    case.refresh_from_db()
    assert case.worker == cast["caseworker"]

    forged = {"worker": cast["intake"].pk, "shown": case.worker_id}
    answer = act("caseworker-lead", "cases:worker", case, **forged)
    assert "worker" in answer.context["form"].errors


def test_of_two_who_name_the_worker_the_second_is_told(act, case, cast):
    chosen = {"worker": cast["caseworker"].pk, "shown": ""}
    act("caseworker-lead", "cases:worker", case, **chosen)
    second = {"worker": cast["caseworker-lead"].pk, "shown": ""}
    answer = act("caseworker-lead", "cases:worker", case, **second)

    assert answer.status_code == 200
    case.refresh_from_db()
    assert case.worker == cast["caseworker"]


def test_no_address_changes_the_restricted_flag(act, case):
    for name in ("child", "worker", "contact"):
        act("caseworker", f"cases:{name}", case, is_restricted="on", unit="1")

    assert not Case.objects.get(pk=case.pk).is_restricted


def test_the_unit_hands_a_listed_child_over_and_loses_sight_of_it(
    act, client, case, cast
):
    assert act("caseworker", "cases:worker", case, worker=cast["caseworker"].pk)
    stale = Case.objects.get(pk=case.pk)
    for who in ("intake", "protection", "programme", "head", "operator"):
        act(who, "cases:restrict", case)
        assert not Case.objects.get(pk=case.pk).is_restricted, who

    page = reverse("cases:restrict", args=[case.pk])
    client.force_login(cast["caseworker"], "staff.backends.MembershipBackend")
    acts = client.get(case.get_admin_url()).context["acts"]
    assert page in [url for _label, url in acts]
    assert client.get(page).status_code == 200
    assert not Case.objects.get(pk=case.pk).is_restricted
    answer = client.post(page, follow=True)

    case.refresh_from_db()
    assert (case.unit.function, case.is_restricted) == ("protection", True)
    assert case.worker is None
    assert answer.redirect_chain == [(reverse("cases:index"), 302)]
    assert "引き継ぎました" in answer.content.decode()
    assert client.get(case.get_admin_url()).status_code == 404
    assert AuditEvent.objects.filter(event="case.restricted").count() == 1
    with pytest.raises(ValidationError):
        services.restrict_case(stale, by=cast["caseworker"])


def test_a_child_has_one_open_case(case):
    with pytest.raises(ValidationError):
        services.open_case(
            case.child, unit=case.unit, is_restricted=False, by=UserFactory()
        )


def test_a_membership_in_a_second_unit_lets_one_write_there(act, case, cast):
    MembershipFactory(user=cast["intake"], role="case_worker", unit=case.unit)

    assert act("intake", "cases:contact", case, **CONTACT).status_code == 302


def test_the_panels_of_higher_rooms_stand_on_the_page(log_in, case, tmp_path, settings):
    (tmp_path / "panel.html").write_text("<p>{{ word }}</p>")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]

    @register(1)
    def panel(request, shown):
        return {
            "title": "題",
            "template": "panel.html",
            "context": {"word": f"<{shown.number}>"},
            "actions": [("行う", "/x/")],
        }

    try:
        html = log_in("caseworker").get(case.get_admin_url()).content.decode()
    finally:
        _makers.remove(next(pair for pair in _makers if pair[1] is panel))
    assert f"&lt;{case.number}&gt;" in html
    assert 'href="/x/"' in html


def test_the_page_tells_whom_to_phone_on_each_side(log_in, enrolment):
    case, operator = enrolment.case, enrolment.site.operator
    case.unit.phone, operator.phone = "06-1111-1111", "06-2222-2222"
    case.unit.save()
    operator.save()

    html = log_in("caseworker").get(case.get_admin_url()).content.decode()

    assert "06-1111-1111" in html
    assert "06-2222-2222" in html
