"""The way of a decision from its draft to what it brings about."""

from datetime import date, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.models import Case
from decisions import documents, rules, services
from decisions.handlers import end_case
from decisions.models import Decision, Enrolment, PaperSettings
from exchange.models import OutboxItem
from staff.dates import fiscal_year
from staff.models import AuditEvent
from tests.decisions.conftest import approve, values_of
from tests.factories import (
    AssessmentFactory,
    ContactLogFactory,
    EnrolmentFactory,
    MembershipFactory,
    UseApplicationFactory,
)

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")


def at(*moment):
    """Let it be this moment in Japan."""
    now = datetime(*moment, tzinfo=TOKYO)
    return patch("django.utils.timezone.now", return_value=now)


def test_a_use_that_is_approved_enrols_the_child(
    cast, case, site, application, approved
):
    decision = approved("use")

    enrolment = Enrolment.objects.get()
    case.refresh_from_db()
    application.refresh_from_db()
    assert enrolment.decision == decision
    assert (enrolment.case, enrolment.site) == (case, site)
    assert enrolment.last_day == date(fiscal_year(decision.starts_on) + 1, 3, 31)
    assert case.state == "in_use"
    assert application.state == "decided"
    assert decision.decided_by == cast["programme-lead"]


def test_an_approval_is_one_event_with_its_number_and_digest(cast, approved):
    decision = approved("use")

    event = AuditEvent.objects.get(event="decision.approved")
    assert (event.record, event.action, event.by) == (
        decision.number,
        "decide",
        cast["programme-lead"],
    )
    assert event.detail["sha256"] == decision.sha256
    assert event.subject == decision.case.child.number


def test_the_snapshot_holds_what_it_rests_on_and_its_digest(case, approved):
    case.child.family_name, case.child.given_name = "𠮷田", "髙﨑\ufa19"
    case.child.save()

    decision = approved("use")
    decision.refresh_from_db()

    kept = decision.snapshot
    assert kept["child"]["name"] == "𠮷田　髙﨑\ufa19"
    assert kept["application"]["number"] == decision.application.number
    assert kept["assessment"]["version"] == 1
    assert len(kept["assessment"]["sha256"]) == 64
    assert kept["paper"]["sender"] == PaperSettings.load().sender
    assert decision.sha256 == documents.digest(kept)
    assert documents.read(kept)["starts_on"] == decision.starts_on


def test_an_approval_asks_for_the_notice_and_mails_numbers_only(
    case, site, approved, cast
):
    decision = approved("use")

    notice = OutboxItem.objects.get(channel="decision-notice")
    assert notice.payload == {"decision": decision.pk}
    mails = list(OutboxItem.objects.filter(channel="mail", key__contains=":site:"))
    assert {mail.payload["user"] for mail in mails} == {
        cast["operator"].pk,
        cast["operator-staff"].pk,
    }
    unit = OutboxItem.objects.filter(channel="mail", key__contains=":unit:")
    assert {mail.payload["user"] for mail in unit} == {
        cast["caseworker"].pk,
        cast["caseworker-lead"].pk,
    }
    for mail in OutboxItem.objects.filter(channel="mail"):
        text = str(mail.payload)
        assert case.child.family_name not in text
        assert "母子" not in text


def test_a_refusal_needs_a_reason_and_help_elsewhere_to_be_saved(draft_of):
    with pytest.raises(ValidationError) as refused:
        draft_of("not_use", reason="短い理由", elsewhere=" ")

    assert set(refused.value.error_dict) == {"reason", "elsewhere"}


def test_a_refusal_closes_the_case_and_enrols_nobody(case, application, approved):
    approved("not_use")

    case.refresh_from_db()
    application.refresh_from_db()
    assert case.state == "closed_without_use"
    assert case.ended_on == timezone.localdate()
    assert application.state == "decided"
    assert not Enrolment.objects.exists()


def test_a_refusal_leaves_a_child_in_use_in_use(case, site, approved):
    EnrolmentFactory(case=case, site=site)
    Case.objects.filter(pk=case.pk).update(state="in_use")

    approved("not_use")

    case.refresh_from_db()
    assert case.state == "in_use"


def test_a_use_waits_for_a_confirmed_assessment(cast, case, site, draft_of):
    draft = draft_of("use")
    other = UseApplicationFactory(case__unit=case.unit, site=site)
    AssessmentFactory(case=other.case, submitted=True)
    unfit = services.draft_decision(
        other.case,
        kind="use",
        by=cast["programme"],
        values=values_of("use", site),
        application=other,
    )

    with pytest.raises(ValidationError, match="アセスメント"):
        services.circulate(unfit, revision=1, by=cast["programme"])

    assert services.circulate(draft, revision=1, by=cast["programme"])


def test_a_measure_waits_for_a_recorded_recommendation(cast, case, site):
    draft = services.draft_decision(
        case, kind="measure", by=cast["caseworker"], values=values_of("measure", site)
    )
    with pytest.raises(ValidationError, match="利用勧奨"):
        services.circulate(draft, revision=1, by=cast["caseworker"])

    ContactLogFactory(case=case, kind="recommendation")
    services.circulate(draft, revision=1, by=cast["caseworker"])
    decision = approve(draft, revision=1, on=timezone.localdate(), by=cast["head"])

    assert Enrolment.objects.get().decision == decision
    assert decision.snapshot["attempts"][0]["record"].startswith("L")


def test_an_approved_recommendation_is_an_attempt(cast, case, site, approved):
    paper = approved("recommend")

    assert [found["record"] for found in rules.attempts(case)] == [paper.number]
    case.refresh_from_db()
    assert case.state == "preparing"


def test_uses_of_one_case_do_not_overlap(cast, case, site, circulated):
    draft = circulated("use")
    enrolment = EnrolmentFactory(case=case, site=site)

    with pytest.raises(ValidationError, match=enrolment.decision.number):
        approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])

    assert Enrolment.objects.get() == enrolment


def test_a_use_may_begin_on_the_day_after_another_ends(case, site, approved):
    first = EnrolmentFactory(case=case, site=site)
    Case.objects.filter(pk=case.pk).update(state="in_use")

    approved("use", starts_on=first.ends_on, ends_on=first.ends_on)

    assert Enrolment.objects.count() == 2


def test_an_application_that_is_withdrawn_cannot_be_granted(
    cast, application, circulated
):
    draft = circulated("use")
    services.withdraw_application(application, reason="転居", by=cast["programme"])

    with pytest.raises(ValidationError, match="取り下げ"):
        approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])


def test_capacity_warns_and_never_blocks(cast, site, circulated):
    site.capacity_guide = 1
    site.save()
    EnrolmentFactory(site=site)
    draft = circulated("use")

    assert any("2名" in text and "1名" in text for text in rules.warnings(draft))
    approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])
    assert Enrolment.objects.filter(site=site).count() == 2


def test_no_warning_below_the_guide(site, circulated):
    assert rules.warnings(circulated("use")) == []


@pytest.fixture
def in_use(case, site):
    """The enrolment of a child in use."""
    enrolment = EnrolmentFactory(case=case, site=site)
    Case.objects.filter(pk=case.pk).update(state="in_use")
    return enrolment


def test_an_end_that_is_past_ends_the_case(case, in_use, approved):
    yesterday = timezone.localdate() - timedelta(days=1)

    decision = approved("end", supersedes=in_use.decision, ends_on=yesterday)

    in_use.refresh_from_db()
    case.refresh_from_db()
    assert in_use.ended_by == decision
    assert in_use.last_day == yesterday
    assert (case.state, case.ended_on) == ("ended", yesterday)


def test_a_child_whose_end_is_to_come_stays_in_use_until_then(case, in_use, approved):
    last_day = timezone.localdate() + timedelta(days=20)

    approved("end", supersedes=in_use.decision, ends_on=last_day)

    case.refresh_from_db()
    assert case.state == "in_use"
    item = OutboxItem.objects.get(channel="enrolment-end")
    due = timezone.localtime(item.next_at)
    assert (due.date(), due.hour) == (last_day + timedelta(days=1), 0)

    end_case(item.payload)
    case.refresh_from_db()
    assert case.state == "in_use"

    day = last_day + timedelta(days=1)
    with at(day.year, day.month, day.day, 0, 5):
        end_case(item.payload)
        end_case(item.payload)
    case.refresh_from_db()
    assert (case.state, case.ended_on) == ("ended", last_day)
    assert AuditEvent.objects.filter(event="case.ended").count() == 1


def test_a_case_with_another_use_to_come_does_not_end(case, site, in_use, approved):
    EnrolmentFactory(case=case, site=site, starts_on=in_use.ends_on, ends_on=None)

    approved(
        "end", supersedes=in_use.decision, ends_on=timezone.localdate() - timedelta(1)
    )

    case.refresh_from_db()
    assert case.state == "in_use"


@pytest.mark.parametrize("days", [-62, 400])
def test_an_end_lies_inside_the_use(case, in_use, draft_of, days):
    last_day = timezone.localdate() + timedelta(days=days)
    draft = draft_of("end", supersedes=in_use.decision, ends_on=last_day)

    with pytest.raises(ValidationError):
        services.circulate(draft, revision=1, by=draft.drafted_by)


@pytest.mark.parametrize(
    ("waits", "state"), [(False, "closed_without_use"), (True, "preparing")]
)
def test_a_use_approved_by_mistake_ends_before_its_first_day(
    cast, case, site, approved, waits, state
):
    use = approved("use", starts_on=timezone.localdate() + timedelta(days=30))
    assert case in Case.objects.visible_to(cast["operator"])
    if waits:
        UseApplicationFactory(case=case, site=site)

    approved("end", supersedes=use, ends_on=use.starts_on - timedelta(days=1))

    enrolment = Enrolment.objects.get()
    case.refresh_from_db()
    assert enrolment.is_empty
    assert case.state == state
    assert case.ended_on == (None if waits else timezone.localdate())
    assert case not in Case.objects.visible_to(cast["operator"])
    assert case.facts_for(cast["programme"])["operators"] == []
    assert not OutboxItem.objects.filter(channel="enrolment-end").exists()


def test_a_mistaken_renewal_ends_the_case_after_the_use_that_was(
    case, site, in_use, approved
):
    yesterday = timezone.localdate() - timedelta(days=1)
    again = EnrolmentFactory(
        case=case, site=site, starts_on=in_use.ends_on, ends_on=None
    )
    approved("end", supersedes=in_use.decision, ends_on=yesterday)
    case.refresh_from_db()
    assert case.state == "in_use"

    day_before = again.starts_on - timedelta(days=1)
    approved("end", supersedes=again.decision, ends_on=day_before)

    case.refresh_from_db()
    assert (case.state, case.ended_on) == ("ended", timezone.localdate())


def test_an_end_may_confirm_the_last_day_of_the_period(case, in_use, approved):
    last_day = in_use.last_day

    approved("end", supersedes=in_use.decision, ends_on=last_day)

    in_use.refresh_from_db()
    assert in_use.last_day == last_day
    assert in_use.ended_by


def test_numbers_begin_anew_with_the_fiscal_year_of_the_decision(
    cast, case, site, application
):
    with at(2027, 3, 30, 10):
        draft = services.draft_decision(
            case,
            kind="use",
            by=cast["programme"],
            values=values_of("use", site),
            application=application,
        )
        services.circulate(draft, revision=1, by=cast["programme"])
        recommend = services.draft_decision(
            case,
            kind="recommend",
            by=cast["caseworker"],
            values=values_of("recommend", site),
        )
        services.circulate(recommend, revision=1, by=cast["caseworker"])
    with at(2027, 4, 1, 0, 5):
        old = approve(
            draft, revision=1, on=date(2027, 3, 31), by=cast["programme-lead"]
        )
        new = approve(recommend, revision=1, on=date(2027, 4, 1), by=cast["head"])

    assert (old.number, new.number) == ("K8-0001", "K9-0001")
    assert old.decided_on == date(2027, 3, 31)


def test_a_refused_approval_leaves_no_gap_in_the_numbers(cast, circulated, approved):
    draft = circulated("use")
    for _try in range(3):
        with pytest.raises(ValidationError):
            approve(
                draft, revision=9, on=timezone.localdate(), by=cast["programme-lead"]
            )
    with (
        patch(
            "decisions.services.approval._carry_out", side_effect=ValidationError("no")
        ),
        pytest.raises(ValidationError),
    ):
        approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])

    decided = approve(
        draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"]
    )

    assert decided.number.endswith("-0001")


@pytest.mark.parametrize("days", [1, -1])
def test_the_day_of_the_decision_is_neither_to_come_nor_before_the_draft(
    cast, circulated, days
):
    draft = circulated("use")
    day = timezone.localdate() + timedelta(days=days)

    with pytest.raises(ValidationError) as refused:
        approve(draft, revision=1, on=day, by=cast["programme-lead"])

    assert set(refused.value.error_dict) == {"decided_on"}


def test_nobody_approves_what_they_drafted_edited_recorded_or_assessed(
    cast, case, application, circulated
):
    draft = circulated("use")
    lead = cast["programme-lead"]
    today = timezone.localdate()
    for changed in (
        lambda: Decision.objects.filter(pk=draft.pk).update(drafted_by=lead),
        lambda: Decision.objects.filter(pk=draft.pk).update(
            drafted_by=cast["programme"], edited_by=lead
        ),
        lambda: (
            Decision.objects.filter(pk=draft.pk).update(edited_by=cast["programme"]),
            type(application)
            .objects.filter(pk=application.pk)
            .update(recorded_by=lead),
        ),
    ):
        changed()
        with pytest.raises(ValidationError, match="ほかの決裁権者"):
            approve(draft, revision=1, on=today, by=lead)
    type(application).objects.filter(pk=application.pk).update(
        recorded_by=cast["programme"]
    )
    author = case.assessments.get().author
    MembershipFactory(
        user=author, role="programme_manager", unit=case.unit, is_lead=True
    )
    author.__dict__.pop("scope", None)
    with pytest.raises(ValidationError, match="アセスメント"):
        approve(draft, revision=1, on=today, by=author)

    assert approve(draft, revision=1, on=today, by=lead)


def test_an_edit_after_circulation_is_refused(cast, site, circulated):
    draft = circulated("use")

    with pytest.raises(ValidationError, match="回付中"):
        services.edit_decision(
            draft, revision=1, by=cast["programme"], values=values_of("use", site)
        )


def test_a_draft_sent_back_is_edited_and_approved_in_its_new_revision(
    cast, site, circulated
):
    draft = circulated("use")
    services.send_back(
        draft, revision=1, reason="曜日を確かめてください", by=cast["programme-lead"]
    )
    edited = services.edit_decision(
        draft,
        revision=1,
        by=cast["programme"],
        values=values_of("use", site, days="土　11時～21時"),
    )
    services.circulate(edited, revision=2, by=cast["programme"])

    with pytest.raises(ValidationError, match="変更された"):
        approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])
    decided = approve(
        draft, revision=2, on=timezone.localdate(), by=cast["programme-lead"]
    )

    assert decided.days == "土　11時～21時"
    assert decided.snapshot["days"] == decided.days


def test_of_two_stale_approvals_one_counts_and_the_other_is_told(cast, circulated):
    draft = circulated("use")
    mine, theirs = Decision.objects.get(pk=draft.pk), Decision.objects.get(pk=draft.pk)
    today, lead = timezone.localdate(), cast["programme-lead"]

    approve(mine, revision=1, on=today, by=lead)
    with pytest.raises(ValidationError) as refused:
        approve(theirs, revision=1, on=today, by=lead)

    number = Decision.objects.get(pk=draft.pk).number
    assert str(lead) in refused.value.messages[0]
    assert number in refused.value.messages[0]
    assert Enrolment.objects.count() == 1


def test_there_is_one_draft_at_a_time_for_an_application(draft_of):
    first = draft_of("use")

    with pytest.raises(ValidationError, match=str(first)):
        draft_of("not_use")


def test_a_case_that_is_over_is_not_reopened(cast, case, site, circulated):
    draft = circulated("use")
    Case.objects.filter(pk=case.pk).update(state="closed_without_use")

    with pytest.raises(ValidationError, match="終了"):
        approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])


def test_a_foreign_case_is_refused_whatever_is_posted(cast, case, site, application):
    stranger = EnrolmentFactory()

    with pytest.raises(ValidationError):
        services.draft_decision(
            case,
            kind="use",
            by=cast["programme"],
            values=values_of("use", site, supersedes=stranger.decision),
            application=application,
        )


def test_a_site_is_asked_and_answers(cast, application, site):
    inquiry = services.ask_site(
        application,
        site=site,
        asked_on=timezone.localdate(),
        note="",
        by=cast["programme"],
    )
    stale = type(inquiry).objects.get(pk=inquiry.pk)

    services.record_answer(
        inquiry, answer="accepted", note="火曜から", by=cast["programme"]
    )

    inquiry.refresh_from_db()
    assert (inquiry.answer, inquiry.note) == ("accepted", "火曜から")
    with pytest.raises(ValidationError, match="先に回答"):
        services.record_answer(stale, answer="refused", note="", by=cast["programme"])
