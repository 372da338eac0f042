"""Nothing of a confirmed plan changes: not by the models, not by SQL."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from exchange.services import run_now
from support import services
from support.handlers import make_paper
from support.models import Advice, PlanGoal, PlanPaper, PlanService
from tests.factories import PlanVersionFactory

pytestmark = pytest.mark.django_db


def stored(plan, pdf=b"%PDF-1.7 made up"):
    return services.store_paper(plan, pdf)


def refused(sql, *values):
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


def test_the_models_refuse(confirmed):
    paper = stored(confirmed)
    confirmed.policy = "別の方針"
    goal, service = confirmed.goals.first(), confirmed.services.first()
    advice = confirmed.advice.first()
    for record in (confirmed, goal, service, advice, paper):
        with pytest.raises(ValidationError):
            record.save()
    with pytest.raises(ValidationError):
        confirmed.delete()
    with pytest.raises(ValidationError):
        PlanGoal(plan=confirmed, goal="x", measure="x", due=confirmed.review_on).save()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE support_planversion SET policy = 'x'",
        "UPDATE support_planversion SET state = 'draft'",
        "UPDATE support_planversion SET acknowledged_by_id = NULL",
        "DELETE FROM support_planversion",
        "UPDATE support_plangoal SET goal = 'x'",
        "DELETE FROM support_plangoal",
        "UPDATE support_planservice SET content = 'x'",
        "DELETE FROM support_planservice",
        "UPDATE support_advice SET text = 'x'",
        "DELETE FROM support_advice",
        "UPDATE support_planpaper SET sha256 = 'x'",
        "DELETE FROM support_planpaper",
        "INSERT INTO support_planservice"
        " (plan_id, service_id, is_given, content, frequency, person)"
        " SELECT plan_id, service_id + 1000, is_given, content, frequency, person"
        " FROM support_planservice",
    ],
)
def test_the_database_refuses(confirmed, sql):
    stored(confirmed)

    refused(sql)


@pytest.mark.parametrize("table", ["support_plangoal", "support_planservice"])
def test_no_row_of_a_draft_is_moved_into_a_confirmed_plan(confirmed, table):
    draft = PlanVersionFactory(
        case=confirmed.case, enrolment=confirmed.enrolment, version=2
    )
    PlanService.objects.filter(plan=draft).exclude(
        pk=draft.services.first().pk
    ).delete()

    refused(
        f"UPDATE {table} SET plan_id = %s WHERE plan_id = %s",  # noqa: S608
        confirmed.pk,
        draft.pk,
    )


def test_no_plan_is_confirmed_without_the_city(shared):
    refused("UPDATE support_planversion SET state = 'confirmed'")


def test_two_versions_are_never_in_force_at_once(confirmed):
    other = PlanVersionFactory(
        case=confirmed.case, enrolment=confirmed.enrolment, version=2, shared=True
    )

    refused(
        "UPDATE support_planversion SET state = 'confirmed', confirmed_at = shared_at,"
        " acknowledged_at = shared_at, confirmed_by_id = author_id,"
        " acknowledged_by_id = author_id WHERE id = %s",
        other.pk,
    )


def test_the_paper_is_made_once_and_stays_when_words_change(confirmed, log_in):
    assert run_now(services.paper_key(confirmed))
    first = PlanPaper.objects.get(plan=confirmed)
    assert first.sha256 == hashlib.sha256(bytes(first.pdf)).hexdigest()

    child = confirmed.case.child
    child.family_name = "改姓後"
    child.save()
    site = confirmed.enrolment.site
    site.name = "改称後の拠点"
    site.save()
    service = confirmed.services.first().service
    service.label_official = "改称後の支援"
    service.save()
    make_paper({"plan": confirmed.pk})

    digests = set()
    for who in ("operator", "operator-staff", "caseworker", "head"):
        answer = log_in(who).get(f"/admin/plans/{confirmed.pk}/paper/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'inline; filename="{confirmed}.pdf"'
        digests.add(hashlib.sha256(answer.content).hexdigest())
    assert digests == {first.sha256}
    assert PlanPaper.objects.count() == 1


def test_confirming_by_hand_makes_the_paper_at_once(acknowledged, log_in):
    client = log_in("operator")
    client.post(
        f"/admin/plans/{acknowledged.pk}/confirm/", {"revision": acknowledged.revision}
    )

    assert PlanPaper.objects.filter(plan=acknowledged).exists()


def test_a_paper_that_is_not_made_yet_is_announced(confirmed, log_in):
    answer = log_in("operator").get(f"/admin/plans/{confirmed.pk}/paper/", follow=True)

    assert "計画書を作成中です" in answer.content.decode()


def test_a_draft_has_no_paper_to_keep(draft, log_in):
    with pytest.raises(ValidationError):
        stored(draft)
    assert log_in("operator").get(f"/admin/plans/{draft.pk}/paper/").status_code == 404
    assert not Advice.objects.exists()
