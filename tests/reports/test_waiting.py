"""What waits for whom on the first page of the desk: counted once, for each role."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.models import OutboxItem
from reports import figures
from staff.models import Unit
from support.models import PlanVersion
from tests.conftest import EVERYBODY
from tests.factories import (
    AssessmentFactory,
    CaseFactory,
    DecisionFactory,
    EnrolmentFactory,
    PlanVersionFactory,
    ReferralFactory,
    ServiceTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

URGENT = "相談・紹介票（緊急性「今すぐ」）"
REFERRALS = "受付中の相談・紹介票"
ASSESSMENTS = "確認を待つアセスメント"
DECISIONS = "承認を待つ決裁"
ACKNOWLEDGE = "把握を待つ個別支援計画"
CONFIRM = "確定を待つ個別支援計画"
REVIEW = "14日以内に見直す個別支援計画（期限切れを含む）"
UNDELIVERED = "送れていないもの"
ALL = [URGENT, REFERRALS, ASSESSMENTS, DECISIONS, ACKNOWLEDGE, CONFIRM, REVIEW]
ALL += [UNDELIVERED]

EXPECTED = {
    "intake": {URGENT, REFERRALS},
    "caseworker": {ACKNOWLEDGE, REVIEW},
    "caseworker-lead": {ACKNOWLEDGE, ASSESSMENTS, REVIEW},
    "programme-lead": {DECISIONS},
    "head": {DECISIONS},
    "operator": {CONFIRM, REVIEW},
    "operator-staff": {REVIEW},
    "admin": {UNDELIVERED},
}


@pytest.fixture
def busy(cast, site):
    """One of everything that can wait for somebody."""
    ServiceTypeFactory(code="S1")
    unit = Unit.objects.get(function=Unit.Function.CASEWORK)
    now, today = timezone.now(), timezone.localdate()
    ReferralFactory(urgency="now")
    ReferralFactory(state="accepted")
    ReferralFactory(restricted=True, state="redirected")

    def enrolled():
        return EnrolmentFactory(case=CaseFactory(unit=unit), site=site)

    shared = PlanVersionFactory(enrolment=enrolled(), shared=True)
    known = {"acknowledged_at": now, "acknowledged_by": cast["caseworker"]}
    PlanVersionFactory(enrolment=enrolled(), shared=True, **known)
    in_force = PlanVersionFactory(
        enrolment=enrolled(), shared=True, review_on=today + timedelta(days=14), **known
    )
    PlanVersion.objects.filter(pk=in_force.pk).update(
        state="confirmed", confirmed_at=now, confirmed_by=cast["operator"]
    )
    AssessmentFactory(case=shared.case, submitted=True)
    DecisionFactory(case=shared.case, circulated=True)
    DecisionFactory(case=shared.case, circulated=True, kind="measure")
    own = UserFactory(username="programme-lead")
    DecisionFactory(case=shared.case, circulated=True, drafted_by=own)
    OutboxItem.objects.create(channel="mail", key="k", dead_at=now)
    return cast


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_sees_what_waits_for_them_and_nothing_else(busy, log_in, who):
    answer = log_in(who).get("/admin/")
    if who in ("school", "group"):
        assert answer.status_code != 200
        return
    page = answer.content.decode()

    shown = {label for label in ALL if f"<span>{label}</span>" in page}
    assert shown == EXPECTED.get(who, set())
    assert ("いま、あなたを待っているものはありません。" in page) is not bool(shown)
    assert "架空𠮷田" not in page
    assert ("拠点ごとの登録児童数" in page) is (
        who in {"programme", "programme-lead", "head", "operator", "operator-staff"}
    )


def test_the_counts(busy):
    assert figures.open_referrals(busy["intake"]) == figures.OpenReferrals(1, 1)
    assert figures.decisions_to_approve(busy["programme-lead"]) == 1
    assert figures.decisions_to_approve(busy["head"]) == 1
    assert figures.plans_to_acknowledge(busy["protection"]) == 0
    assert figures.plans_to_review(busy["other-operator"]) == 0


def test_a_review_waits_from_fourteen_days_before(busy, monkeypatch):
    today = timezone.localdate()

    monkeypatch.setattr(timezone, "localdate", lambda: today - timedelta(days=1))
    assert figures.plans_to_review(busy["operator"]) == 0
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=30))
    assert figures.plans_to_review(busy["operator"]) == 1, "overdue waits as well"


def test_capacity_warns_over_the_guide_only(busy, site, log_in):
    site.capacity_guide = 3
    site.save()
    assert figures.registered_by_site(busy["operator"]) == [
        figures.SiteLoad(site.name, 3, 3)
    ]
    assert (
        "めやすを超えています" not in log_in("operator").get("/admin/").content.decode()
    )

    site.capacity_guide = 2
    site.save()
    assert "めやすを超えています" in log_in("operator").get("/admin/").content.decode()
    assert figures.registered_by_site(busy["other-operator"]) == []
    assert figures.registered_by_site(busy["intake"]) == []


@pytest.mark.parametrize("who", ["caseworker-lead", "operator", "head", "admin"])
def test_the_first_page_asks_a_constant_number_of_questions(busy, site, log_in, who):
    client = log_in(who)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/")
    unit = Unit.objects.get(function=Unit.Function.CASEWORK)
    for _ in range(5):
        enrolment = EnrolmentFactory(case=CaseFactory(unit=unit), site=site)
        PlanVersionFactory(enrolment=enrolment, shared=True)
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")

    assert len(many) == len(few)


@pytest.mark.parametrize(("who", "is_shown"), [("editor", True), ("intake", False)])
def test_panels_about_pages_are_for_those_who_edit_pages(log_in, who, is_shown):
    page = log_in(who).get("/admin/").content.decode()

    assert ('role="search"' in page) is is_shown
