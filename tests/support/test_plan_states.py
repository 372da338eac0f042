"""A plan from its start to its confirmation: every state by every person."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange.models import OutboxItem
from programs.models import Site
from staff.dates import wareki
from staff.models import AuditEvent
from support import services
from support.models import Advice, PlanVersion
from tests.conftest import EVERYBODY
from tests.factories import EnrolmentFactory, ServiceTypeFactory
from tests.support.conftest import end_enrolment

pytestmark = pytest.mark.django_db

State = PlanVersion.State
SHARED_OR_LATER = ["shared", "acknowledged", "confirmed"]
OWN_OPERATOR = ["operator", "operator-staff"]
CITY = ["intake", "caseworker", "caseworker-lead", "protection"]
CITY += ["programme", "programme-lead", "head"]
UNIT_IN_CHARGE = ["caseworker", "caseworker-lead"]

# Who does what, and from which fixture to which state.
ACTS = {
    "share": (OWN_OPERATOR, "draft", State.SHARED),
    "withdraw": (OWN_OPERATOR, "shared", State.DRAFT),
    "acknowledge": (UNIT_IN_CHARGE, "shared", State.SHARED),
    "advise": (UNIT_IN_CHARGE, "shared", State.SHARED),
    "confirm": (["operator"], "acknowledged", State.CONFIRMED),
}


def facts(plan):
    """What an act may change of a version."""
    return PlanVersion.objects.filter(pk=plan.pk).values_list(
        "state", "acknowledged_at", "confirmed_at", "shared_at", "revision"
    )[0] + (Advice.objects.filter(plan=plan).count(),)


def test_no_day_of_a_plan_lies_after_the_decided_use(
    service_types, enrolment, cast, log_in
):
    today = timezone.localdate()
    end_enrolment(enrolment, today + timedelta(days=31))
    enrolment.refresh_from_db()
    last_day = today + timedelta(days=30)

    plan = services.start_plan(enrolment, by=cast["operator"])

    assert plan.period_to == plan.monitoring_on == last_day
    assert plan.period_from <= plan.review_on <= last_day
    with pytest.raises(ValidationError) as before:
        services.share_plan(plan, by=cast["operator"], revision=plan.revision)
    assert "period_to" not in before.value.message_dict

    plan.period_to = last_day + timedelta(days=1)
    plan.save()
    with pytest.raises(ValidationError) as after:
        services.share_plan(plan, by=cast["operator"], revision=plan.revision)
    assert wareki(last_day) in after.value.message_dict["period_to"][0]


def test_no_plan_is_started_where_no_time_is_left(service_types, enrolment, cast):
    end_enrolment(enrolment, timezone.localdate() + timedelta(days=1))
    enrolment.refresh_from_db()

    with pytest.raises(ValidationError, match="期間が残っていません"):
        services.start_plan(enrolment, by=cast["operator"])


def test_a_review_after_the_end_is_not_on_the_page_of_the_case(
    confirmed, enrolment, log_in
):
    day, client = f"<strong>{wareki(confirmed.review_on)}", log_in("operator")
    assert day in client.get(confirmed.case.get_admin_url()).content.decode()

    end_enrolment(enrolment, confirmed.review_on)

    assert day not in client.get(confirmed.case.get_admin_url()).content.decode()


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_by_its_people_and_by_nobody_else(request, log_in, who, act):
    people, begin, end = ACTS[act]
    plan = request.getfixturevalue(begin)
    before = facts(plan)

    answer = log_in(who).post(
        reverse(f"plans:{act}", args=[plan.pk]),
        {"revision": plan.revision, "advice": "架空の助言"},
    )

    plan.refresh_from_db()
    if who in people:
        assert answer.status_code == 302
        assert plan.state == end
        assert facts(plan) != before
    else:
        assert facts(plan) == before


@pytest.mark.parametrize(
    ("act", "begin"),
    [
        (act, begin)
        for act, (_people, due, _end) in ACTS.items()
        for begin in ["draft", *SHARED_OR_LATER]
        if begin != due
    ],
)
def test_an_act_out_of_turn_changes_nothing_and_says_so(request, log_in, act, begin):
    people, _due, _end = ACTS[act]
    plan = request.getfixturevalue(begin)
    before = facts(plan)

    answer = log_in(people[0]).post(
        reverse(f"plans:{act}", args=[plan.pk]),
        {"revision": plan.revision, "advice": "架空の助言"},
    )

    assert facts(plan) == before
    if answer.status_code == 200:
        assert "いまの状態ではこの操作はできません" in answer.content.decode()
        assert act not in ("advise", "acknowledge") or (
            "架空の助言" in answer.content.decode()
        )
    else:
        assert answer.status_code == 404  # a draft does not exist for the city


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_another_revision_is_refused(request, log_in, act):
    people, begin, _end = ACTS[act]
    plan = request.getfixturevalue(begin)
    before = facts(plan)

    for revision in (plan.revision + 1, "", "x", 10**30, -1):
        answer = log_in(people[0]).post(
            reverse(f"plans:{act}", args=[plan.pk]),
            {"revision": revision, "advice": "架空の助言"},
        )

        assert answer.status_code == 200
        assert "alert" in answer.content.decode()
        assert facts(plan) == before


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("begin", ["draft", *SHARED_OR_LATER])
def test_who_opens_a_version(request, log_in, who, begin):
    plan = request.getfixturevalue(begin)
    readers = OWN_OPERATOR if begin == "draft" else OWN_OPERATOR + CITY

    answer = log_in(who).get(reverse("plans:detail", args=[plan.pk]))

    assert (answer.status_code == 200) is (who in readers)
    listed = log_in(who).get(reverse("plans:index"))
    shows = listed.status_code == 200 and f'data-number="{plan}"' in str(
        listed.content, "utf-8"
    )
    assert shows is (who in readers)


def test_each_write_leaves_one_event_about_the_child(confirmed):
    events = AuditEvent.objects.filter(
        record=str(confirmed), action=AuditEvent.Action.CHANGE
    ).order_by("seq")

    assert [event.event for event in events] == [
        "plan.shared",
        "plan.acknowledged",
        "plan.confirmed",
    ]
    assert {event.subject for event in events} == {confirmed.case.child.number}
    assert "助言" not in "".join(str(event.detail) for event in events)


def test_confirming_asks_for_the_paper_in_the_same_transaction(confirmed):
    item = OutboxItem.objects.get(key=f"plan-paper:{confirmed.pk}")

    assert item.channel == "plan-paper"
    assert item.payload == {"plan": confirmed.pk}


def test_a_plan_without_acknowledgement_is_not_confirmed(shared, cast):
    with pytest.raises(ValidationError):
        services.confirm_plan(shared, by=cast["operator"], revision=shared.revision)

    shared.refresh_from_db()
    assert shared.state == State.SHARED


def test_advice_lets_the_operator_correct_and_share_again(shared, cast):
    services.advise_plan(
        shared, by=cast["caseworker"], revision=shared.revision, advice="直してほしい"
    )
    draft = services.withdraw_sharing(
        shared, by=cast["operator"], revision=shared.revision
    )
    again = services.share_plan(draft, by=cast["operator"], revision=draft.revision)

    assert again.state == State.SHARED
    assert [advice.text for advice in again.advice.all()] == ["直してほしい"]


def test_an_acknowledged_plan_is_not_taken_back(acknowledged, cast):
    with pytest.raises(ValidationError):
        services.withdraw_sharing(
            acknowledged, by=cast["operator"], revision=acknowledged.revision
        )


def test_the_next_version_starts_from_the_last_and_supersedes_it(
    confirmed, enrolment, cast
):
    draft = services.start_plan(enrolment, by=cast["operator-staff"])

    assert (draft.version, draft.state) == (2, State.DRAFT)
    assert draft.policy == confirmed.policy
    assert [goal.goal for goal in draft.goals.all()] == ["夕食をいっしょに食べる"]
    assert draft.services.filter(is_given=True, content="夕食").count() == 8
    assert draft.guardian_signed_on is None, "a signature is never copied"
    assert draft.child_voice == draft.guardian_voice == "", "wishes are asked anew"
    assert draft.child_voice_on is None
    assert draft.author == cast["operator-staff"]
    assert draft.period_from >= timezone.localdate()

    draft.child_voice_how = PlanVersion.How.NOT_NOW
    draft.child_recheck_on = draft.review_on
    draft.guardian_missing_reason = "架空の理由"
    draft.signature_missing_reason = "架空の理由"
    draft.save()
    boss = cast["operator"]
    plan = services.share_plan(draft, by=boss, revision=draft.revision)
    plan = services.acknowledge_plan(plan, by=cast["caseworker"], revision=1)
    services.confirm_plan(plan, by=boss, revision=1)

    states = PlanVersion.objects.filter(case=enrolment.case).order_by("version")
    assert [row.state for row in states] == [State.SUPERSEDED, State.CONFIRMED]


def test_a_service_that_is_new_gets_a_row_in_the_next_version(
    confirmed, enrolment, cast
):
    ServiceTypeFactory(code="S9", label_official="あたらしい支援")

    draft = services.start_plan(enrolment, by=cast["operator"])

    assert draft.services.count() == 9
    assert draft.services.get(service__code="S9").content == ""


def test_only_one_version_of_an_enrolment_is_being_written(draft, enrolment, cast):
    with pytest.raises(ValidationError, match="作成中"):
        services.start_plan(enrolment, by=cast["operator"])


def test_the_new_operator_starts_empty_and_unhindered(confirmed, enrolment, cast):
    """What one operator wrote is not copied into the plan of the next."""
    services.start_plan(enrolment, by=cast["operator"])
    end = timezone.localdate() - timedelta(days=5)
    end_enrolment(enrolment, end)
    other_site = Site.objects.get(slug="other")
    new = EnrolmentFactory(case=enrolment.case, site=other_site, starts_on=end)

    plan = services.start_plan(new, by=cast["other-operator"])

    assert plan.version == 3
    assert plan.policy == "" and plan.child_voice == ""
    assert not plan.goals.exists()
    assert not PlanVersion.objects.visible_to(cast["other-operator"]).exclude(
        pk=plan.pk
    )


@pytest.mark.parametrize("days", [0, 1, 40])
def test_no_plan_starts_after_the_enrolment_is_over(enrolment, cast, days):
    end_enrolment(enrolment, timezone.localdate() - timedelta(days=days))
    enrolment.refresh_from_db()

    with pytest.raises(ValidationError):
        services.start_plan(enrolment, by=cast["operator"])


def test_a_plan_can_be_prepared_before_the_enrolment_begins(enrolment, cast):
    coming = EnrolmentFactory(
        case__unit=enrolment.case.unit,
        site=enrolment.site,
        starts_on=date(2027, 2, 1),
        ends_on=date(2027, 10, 1),
    )

    plan = services.start_plan(coming, by=cast["operator"])

    assert plan.period_from == date(2027, 2, 1)
    assert plan.period_to == date(2027, 7, 31)


def test_of_sixteen_who_saw_the_same_page_one_confirms(acknowledged, cast):
    pages = [PlanVersion.objects.get(pk=acknowledged.pk) for _ in range(16)]
    outcomes = [confirm(page, cast["operator"]) for page in pages]

    assert sorted(outcomes) == ["done"] + ["refused"] * 15
    assert AuditEvent.objects.filter(event="plan.confirmed").count() == 1


def confirm(page, by):
    try:
        services.confirm_plan(page, by=by, revision=page.revision)
    except ValidationError:
        return "refused"
    return "done"
