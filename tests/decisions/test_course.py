"""The way of a decision from its draft to what it brings about."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from decisions import documents, services
from decisions.models import Decision, Enrolment, Notice
from exchange.models import OutboxItem
from exchange.services import run_now
from staff.dates import fiscal_year
from staff.models import AuditEvent
from tests.decisions.conftest import values_of

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


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
    assert decision.sha256 == documents.digest(decision.snapshot)
    events = AuditEvent.objects.filter(event="decision.approved")
    assert events.get().record == decision.number
    assert events.get().action == "decide"
