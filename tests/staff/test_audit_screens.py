"""The audit on screen: who did what, who opened this child's record."""

import pytest
from django.urls import reverse

from staff.models import AuditEvent
from staff.services import record_event
from tests.conftest import EVERYBODY
from tests.factories import ContactLogFactory

pytestmark = pytest.mark.django_db

INDEX = "/admin/audit/"
READERS = {"auditor", "head"}


def rows(response):
    return list(response.context["object_list"])


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_auditors_and_the_head_open_the_audit(log_in, case, who):
    record_event("case.viewed", case, action="view")
    client = log_in(who)
    pages = [INDEX, f"{INDEX}results/", f"{INDEX}subject/{case.child.number}/"]

    for page in pages:
        answer = client.get(page)
        assert (answer.status_code == 200) is (who in READERS), page
        if who not in READERS:
            assert case.number not in answer.content.decode()


def test_each_look_at_the_audit_is_one_event(log_in, cast):
    log_in("auditor").get(INDEX)

    events = AuditEvent.objects.filter(event="audit.viewed")
    assert [event.by for event in events] == [cast["auditor"]]


def test_without_an_event_there_is_no_page(log_in, monkeypatch, case):
    record_event("case.viewed", case, action="view")
    client = log_in("auditor")

    def broken(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr("staff.audit_viewset.record_event", broken)
    for page in (INDEX, f"{INDEX}subject/{case.child.number}/"):
        with pytest.raises(RuntimeError):
            client.get(page)


def test_the_list_is_newest_first_and_filtered(log_in, cast, case):
    record_event("case.viewed", case, action="view", by=cast["intake"])
    record_event("export", action="export", by=cast["programme"])
    client = log_in("auditor")

    newest = rows(client.get(INDEX))
    assert [row.seq for row in newest] == sorted((r.seq for r in newest), reverse=True)

    exported = rows(client.get(INDEX, {"action": "export"}))
    assert {row.action for row in exported} == {"export"}

    by_intake = rows(client.get(INDEX, {"by": cast["intake"].pk}))
    assert {row.by for row in by_intake} == {cast["intake"]}

    assert rows(client.get(INDEX, {"since": "令和90年1月1日"})) == []
    assert rows(client.get(INDEX, {"until": "R8.1.1"})) == []
    assert rows(client.get(INDEX, {"since": "R8.1.1"}))


@pytest.mark.parametrize("number", ["C", "K"])
def test_the_search_takes_the_whole_number_of_a_record_or_a_child(log_in, case, number):
    record_event("case.viewed", case, action="view")
    record_event("other", action="view")
    wanted = {"C": case.number, "K": case.child.number}[number]
    client = log_in("auditor")

    for typed in (wanted, wanted.lower(), wanted.replace("-", "－")):
        assert {row.record for row in rows(client.get(INDEX, {"q": typed}))} == {
            case.number
        }
    assert rows(client.get(INDEX, {"q": wanted[:-1]})) == []


def test_who_opened_a_child_is_told_by_person_with_first_and_last_time(
    log_in, cast, case
):
    for who in ("intake", "intake", "caseworker"):
        record_event("case.viewed", case, action="view", by=cast[who])

    page = log_in("auditor").get(reverse("audit:subject", args=[case.child.number]))

    people = {p["by__username"]: p for p in page.context["people"]}
    assert people["intake"]["opened"] == 2
    assert people["intake"]["first"] < people["intake"]["last"]
    assert people["caseworker"]["opened"] == 1


def test_what_was_read_before_the_referral_became_a_case_belongs_to_the_child(
    log_in, cast, case, referral
):
    record_event("cases.referral.viewed", referral, action="view", by=cast["intake"])
    referral.case = case
    referral.save()
    record_event("referral.accepted", referral, by=cast["caseworker"])

    page = log_in("auditor").get(reverse("audit:subject", args=[case.child.number]))

    assert {p["by__username"] for p in page.context["people"]} >= {"intake"}


def test_what_happened_is_told_in_japanese_and_without_codes(log_in, cast, case):
    record_event("cases.case.viewed", case, action="view", by=cast["intake"])
    record_event("plan.shared", case, by=cast["operator"])
    record_event("partners.exported", action="export", by=cast["programme"])
    client = log_in("auditor")

    for page in (INDEX, f"{INDEX}subject/{case.child.number}/"):
        html = client.get(page).content.decode()
        assert "ケース　市に共有" in html
        for code in ("cases.case", "viewed", "plan.shared", "exported"):
            assert code not in html.split("<main")[1], (page, code)


def test_a_person_who_did_nothing_to_the_records_is_not_in_the_table(
    log_in, cast, case
):
    record_event("case.viewed", case, action="view", by=cast["intake"])
    number, client = case.child.number, log_in("auditor")
    client.get(reverse("audit:subject", args=[number]))

    page = client.get(reverse("audit:subject", args=[number]))

    assert AuditEvent.objects.filter(subject=number, by=cast["auditor"]).exists()
    assert {p["by__username"] for p in page.context["people"]} == {"intake"}


def test_hidden_and_missing_show_the_same_calm_page(log_in, case):
    client = log_in("other-operator")
    hidden = client.get(reverse("cases:detail", args=[case.pk]))
    missing = client.get(reverse("cases:detail", args=[case.pk + 999]))

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.content == missing.content
    assert "このページは表示できません" in hidden.content.decode()


def test_titles_name_the_kind_and_the_act_before_the_number(log_in, case):
    client = log_in("programme")
    act = reverse("applications:record_of_case", args=[case.pk])
    form = client.post(act, {}).content.decode()

    assert f"利用申請の記録 {case.number}" in form
    assert "エラー：" in form.split("</title>")[0]
    assert "「受付日」を入力してください" in form
    assert "この項目は必須" not in form


def test_a_number_without_events_is_not_found(log_in, cast):
    assert log_in("auditor").get(f"{INDEX}subject/K-99999/").status_code == 404
    assert log_in("auditor").get(f"{INDEX}subject/💧%27--/").status_code == 404


def test_no_content_of_a_case_stands_in_the_audit(log_in, cast, case):
    ContactLogFactory(case=case, body="秘密の聞き取り", author=cast["caseworker"])
    log_in("caseworker").get(case.get_admin_url())
    client = log_in("auditor")

    for page in (INDEX, f"{INDEX}subject/{case.child.number}/"):
        html = client.get(page).content.decode()
        assert case.number in html
        assert case.child.family_name not in html
        assert "秘密の聞き取り" not in html
    assert client.get(case.get_admin_url()).status_code == 404


@pytest.mark.parametrize("page", [INDEX, f"{INDEX}?q=C-00001", f"{INDEX}results/"])
def test_the_list_asks_the_same_number_of_queries_for_many_events(
    log_in, cast, page, django_assert_max_num_queries
):
    for _number in range(3):
        record_event("a", by=cast["intake"], subject="K-00001")
    client = log_in("auditor")
    client.get(page)
    with django_assert_max_num_queries(24) as few:
        client.get(page)
    for _number in range(60):
        record_event("a", by=cast["intake"], subject="K-00001")

    with django_assert_max_num_queries(len(few)):
        client.get(page)
