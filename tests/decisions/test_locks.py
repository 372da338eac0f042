"""What neither the code nor the database lets anybody do."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from decisions import services
from decisions.models import Decision, Enrolment, Notice
from programs.models import ServiceType
from tests.decisions.conftest import approve
from tests.factories import (
    CaseFactory,
    DecisionFactory,
    EnrolmentFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def refused(write):
    """Whether the database refuses a write."""
    try:
        with transaction.atomic():
            write()
    except DatabaseError:
        return True
    return False


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


COLUMNS = [
    field.column for field in Decision._meta.concrete_fields if not field.primary_key
]
OTHER = {
    "number": "K8-7777",
    "kind": "not_use",
    "starts_on": "2020-01-01",
    "ends_on": "2029-01-01",
    "days": "x",
    "fee": "x",
    "conditions": "x",
    "addressee": "x",
    "reason": "x",
    "elsewhere": "x",
    "end_reason": "goal",
    "state": "draft",
    "revision": 9,
    "drafted_at": "2020-01-01 00:00:00+00:00",
    "decided_at": None,
    "decided_on": "2020-01-01",
    "return_reason": "x",
    "snapshot": "{}",
    "sha256": "x",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_an_approved_decision_changes(approved, column):
    decision = approved("use")
    value = OTHER.get(column)
    if column.endswith("_id"):
        value = {"case_id": CaseFactory, "site_id": SiteFactory}.get(
            column, UserFactory
        )().pk

    assert refused(
        lambda: sql(
            f"UPDATE decisions_decision SET {column} = %s WHERE id = %s",  # noqa: S608
            value,
            decision.pk,
        )
    )


def test_an_approved_decision_is_not_saved_nor_deleted(approved):
    decision = approved("use")
    decision.reason = "ほかの理由"

    with pytest.raises(ValidationError, match="変更できません"):
        decision.save()
    with pytest.raises(ValidationError, match="削除できません"):
        decision.delete()
    assert refused(lambda: Decision.objects.all()._raw_delete("default"))
    assert refused(lambda: decision.services.add(ServiceType.objects.get()))


def test_the_services_of_an_approved_decision_stay(cast, draft_of):
    draft = draft_of("use", services_given=ServiceType.objects.all())
    services.circulate(draft, revision=1, by=cast["programme"])
    approve(draft, revision=1, on=timezone.localdate(), by=cast["programme-lead"])

    assert refused(draft.services.clear)
    assert draft.services.count() == 1


def test_the_database_knows_the_rule_of_two_people(circulated):
    draft = circulated("use")
    approval = {
        "state": "approved",
        "number": "K8-0009",
        "decided_at": timezone.now(),
        "decided_on": date(2026, 11, 23),
        "snapshot": {},
    }
    rows = Decision.objects.filter(pk=draft.pk)

    assert refused(lambda: rows.update(decided_by=draft.drafted_by, **approval))
    other = UserFactory()
    rows.update(edited_by=other)
    assert refused(lambda: rows.update(decided_by=other, **approval))
    assert refused(lambda: rows.update(state="approved"))


def test_two_decisions_never_share_a_number(approved, circulated):
    first = approved("use")
    second = DecisionFactory()

    assert refused(
        lambda: Decision.objects.filter(pk=second.pk).update(number=first.number)
    )


@pytest.mark.parametrize(
    "state",
    ["draft", "circulated", "returned", "withdrawn", "other kind", "other site"],
)
def test_an_enrolment_cannot_exist_without_its_approved_decision(case, site, state):
    wanted = {"case": case, "site": site, "starts_on": date(2026, 12, 1)}
    if state == "other kind":
        decision = DecisionFactory(**wanted, approved=True, kind="recommend")
    elif state == "other site":
        decision = DecisionFactory(**wanted | {"site": SiteFactory()}, approved=True)
    else:
        decision = DecisionFactory(**wanted, state=state)

    assert refused(lambda: Enrolment.objects.create(**wanted, decision=decision))
    assert refused(
        lambda: sql(
            "INSERT INTO decisions_enrolment"
            " (case_id, site_id, decision_id, starts_on) VALUES (%s, %s, %s, %s)",
            case.pk,
            site.pk,
            decision.pk,
            "2026-12-01",
        )
    )
    assert not Enrolment.objects.exists()


def test_an_enrolment_neither_overlaps_nor_moves_nor_vanishes(case, site):
    first = EnrolmentFactory(case=case, site=site)
    rows = Enrolment.objects.filter(pk=first.pk)

    assert refused(
        lambda: EnrolmentFactory(
            case=case, site=site, starts_on=first.ends_on - timedelta(days=1)
        )
    )
    assert refused(lambda: rows.update(site=SiteFactory()))
    assert refused(lambda: rows.update(case=CaseFactory()))
    assert refused(lambda: rows.update(starts_on=date(2026, 1, 1)))
    assert refused(lambda: rows._raw_delete("default"))


def test_an_enrolment_ends_by_an_approved_decision_alone(case, site):
    enrolment = EnrolmentFactory(case=case, site=site)
    rows = Enrolment.objects.filter(pk=enrolment.pk)
    draft = DecisionFactory(case=case, kind="end")
    foreign = DecisionFactory(kind="end", approved=True)

    assert refused(lambda: rows.update(ends_on=timezone.localdate()))
    assert refused(lambda: rows.update(ends_on=timezone.localdate(), ended_by=draft))
    assert refused(lambda: rows.update(ends_on=timezone.localdate(), ended_by=foreign))


def test_a_stored_notice_neither_changes_nor_vanishes(approved):
    notice = Notice.objects.create(decision=approved("use"), pdf=b"%PDF-", sha256="0")
    rows = Notice.objects.filter(pk=notice.pk)

    with pytest.raises(ValidationError):
        notice.save()
    assert refused(lambda: rows.update(pdf=b"other"))
    assert refused(lambda: rows._raw_delete("default"))
