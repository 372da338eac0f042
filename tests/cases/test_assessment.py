"""An assessment is written by one person, confirmed by another, frozen from then on."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cases import services
from cases.models import Assessment
from staff.models import AuditEvent
from tests.factories import AssessmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db

TEXT = {
    "situation": "夕食を一人で食べている",
    "urgency": "c",
    "needs": "夕食と宿題",
    "recommendation": "suitable",
    "shared_summary": "夕食の見守り",
}
State = Assessment.State


@pytest.fixture
def draft(cast, case):
    return AssessmentFactory(case=case, author=cast["caseworker"])


@pytest.fixture
def submitted(draft, cast):
    return services.submit_assessment(draft, by=cast["caseworker"], revision=1)


def test_the_whole_way_from_draft_to_confirmation(act, case, cast):
    act("caseworker", "cases:assessment", case, **TEXT)
    assessment = Assessment.objects.get()
    edited = TEXT | {"needs": "夕食", "revision": 1}
    act("caseworker", "assessments:edit", assessment, **edited)
    act("caseworker", "assessments:submit", assessment, revision=2)
    act("caseworker-lead", "assessments:confirm", assessment, revision=3)

    assessment.refresh_from_db()
    assert (assessment.state, assessment.needs) == (State.CONFIRMED, "夕食")
    assert assessment.confirmed_by == cast["caseworker-lead"]
    event = AuditEvent.objects.get(event="assessment.confirmed")
    assert (event.action, event.by) == ("decide", cast["caseworker-lead"])
    assert event.subject == case.child.number


def test_who_wrote_it_does_not_confirm_it(act, case, cast):
    own = AssessmentFactory(case=case, submitted=True, author=cast["caseworker-lead"])
    answer = act("caseworker-lead", "assessments:confirm", own, revision=1)

    assert answer.status_code == 200
    own.refresh_from_db()
    assert own.state == State.SUBMITTED


def test_the_database_too_refuses_an_author_who_confirms(draft):
    rows = Assessment.objects.filter(pk=draft.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(confirmed_by=draft.author_id)


@pytest.mark.parametrize(
    "who", ["intake", "protection", "programme", "head", "caseworker"]
)
def test_nobody_but_a_lead_confirms_or_returns(act, submitted, who):
    act(who, "assessments:confirm", submitted, revision=2)
    act(who, "assessments:return", submitted, revision=2, reason="x")

    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED


def test_a_lead_of_another_unit_does_not_confirm(act, submitted, cast):
    MembershipFactory(
        user=cast["intake"],
        role="case_worker",
        is_lead=True,
        unit=cast["intake"].memberships.get().unit,
    )
    answer = act("intake", "assessments:confirm", submitted, revision=2)

    assert answer.status_code == 200
    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED


def test_only_the_version_that_was_shown_is_confirmed(act, submitted, cast):
    services.return_assessment(
        submitted, by=cast["caseworker-lead"], revision=2, reason="不足"
    )
    services.submit_assessment(submitted, by=cast["caseworker"], revision=3)

    answer = act("caseworker-lead", "assessments:confirm", submitted, revision=2)

    assert answer.status_code == 200
    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED


def test_of_two_leads_one_confirms_and_the_other_is_told(act, submitted, cast):
    MembershipFactory(
        user=cast["intake"], role="case_worker", is_lead=True, unit=submitted.case.unit
    )
    act("caseworker-lead", "assessments:confirm", submitted, revision=2)
    answer = act("intake", "assessments:confirm", submitted, revision=2)

    assert str(cast["caseworker-lead"]) in answer.content.decode()
    assert AuditEvent.objects.filter(event="assessment.confirmed").count() == 1


def test_a_confirmed_assessment_is_frozen_in_code_and_database(submitted, cast):
    services.confirm_assessment(submitted, by=cast["caseworker-lead"], revision=2)
    fresh = Assessment.objects.get()
    fresh.needs = "x"
    with pytest.raises(ValidationError):
        fresh.save()
    with pytest.raises(ValidationError):
        fresh.delete()
    rows = Assessment.objects.filter(pk=fresh.pk)
    for write in (
        lambda: rows.update(needs="x"),
        lambda: rows.update(confirmed_by=cast["head"].pk),
        lambda: rows.update(state=State.DRAFT),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_a_new_version_supersedes_at_its_confirmation_and_not_before(
    submitted, cast, case
):
    services.confirm_assessment(submitted, by=cast["caseworker-lead"], revision=2)
    second = services.start_assessment(case, by=cast["caseworker"], **TEXT)
    services.submit_assessment(second, by=cast["caseworker"], revision=1)
    assert Assessment.objects.get(version=1).state == State.CONFIRMED

    services.confirm_assessment(second, by=cast["caseworker-lead"], revision=2)

    assert Assessment.objects.get(version=1).state == State.SUPERSEDED
    assert Assessment.objects.get(version=2).state == State.CONFIRMED


def test_one_assessment_of_a_case_is_written_at_a_time(act, draft):
    answer = act("caseworker-lead", "cases:assessment", draft.case, **TEXT)

    assert answer.status_code == 200
    assert str(draft) in answer.content.decode()
    assert Assessment.objects.count() == 1


def test_a_stale_form_keeps_what_was_typed_and_shows_what_is_stored(act, draft):
    one, two = TEXT | {"needs": "一つ目"}, TEXT | {"needs": "二つ目"}
    act("caseworker", "assessments:edit", draft, **one, revision=1)
    answer = act("caseworker", "assessments:edit", draft, **two, revision=1)

    html = answer.content.decode()
    assert answer.context["form"]["needs"].value() == "二つ目"
    assert "一つ目" in html
    assert answer.context["form"]["revision"].value() == 2
    act("caseworker", "assessments:edit", draft, **two, revision=2)
    draft.refresh_from_db()
    assert draft.needs == "二つ目"


def test_nobody_else_edits_or_submits_a_draft(act, draft):
    act("caseworker-lead", "assessments:edit", draft, **TEXT, revision=1)
    act("caseworker-lead", "assessments:submit", draft, revision=1)

    draft.refresh_from_db()
    assert (draft.state, draft.revision) == (State.DRAFT, 1)


def test_it_is_sent_back_with_a_reason_and_submitted_again(act, submitted):
    refused = act("caseworker-lead", "assessments:return", submitted, revision=2)
    data = {"revision": 2, "reason": "リスクを書き足す"}
    act("caseworker-lead", "assessments:return", submitted, **data)

    assert "reason" in refused.context["form"].errors
    submitted.refresh_from_db()
    assert (submitted.state, submitted.return_reason) == (
        State.RETURNED,
        "リスクを書き足す",
    )
    act("caseworker", "assessments:submit", submitted, revision=3)
    submitted.refresh_from_db()
    assert submitted.state == State.SUBMITTED


ACTS = {
    "edit": ("caseworker", Assessment.EDITABLE, TEXT),
    "submit": ("caseworker", Assessment.EDITABLE, {}),
    "confirm": ("caseworker-lead", [State.SUBMITTED], {}),
    "return": ("caseworker-lead", [State.SUBMITTED], {"reason": "x"}),
}


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_out_of_order_changes_nothing(act, client, case, cast, state, name):
    over = {"confirmed": True} if state in Assessment.FROZEN else {}
    row = AssessmentFactory(case=case, author=cast["caseworker"], **over, state=state)
    who, states, data = ACTS[name]

    answer = act(who, f"assessments:{name}", row, **data, revision=1)
    row.refresh_from_db()

    assert (answer.status_code == 302) is (state in states)
    if state not in states:
        assert (row.state, row.revision) == (state, 1)
        page = client.get(reverse(f"assessments:{name}", args=[row.pk]))
        assert page.url == row.get_admin_url()


def test_another_unit_writes_no_assessment(act, case):
    assert act("protection", "cases:assessment", case, **TEXT).status_code == 200
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"situation": "あ" * 10_000},
        {"situation": ""},
        {"needs": "NUL\x00"},
        {"urgency": "z"},
        {"recommendation": "approve"},
    ],
)
def test_bad_input_is_answered_and_everything_typed_is_kept(act, case, wrong):
    answer = act("caseworker", "cases:assessment", case, **TEXT | wrong)

    assert answer.status_code == 200
    assert set(wrong) <= set(answer.context["form"].errors)
    assert answer.context["form"]["shared_summary"].value() == "夕食の見守り"
    assert not Assessment.objects.exists()
