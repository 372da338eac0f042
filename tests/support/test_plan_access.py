"""Every address of a plan, to those who may not see it: as if it did not exist."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from staff.models import AuditEvent
from support.models import PlanPaper
from support.services import store_paper
from support.viewsets import plan_viewset
from tests.conftest import EVERYBODY
from tests.support.conftest import end_enrolment

pytestmark = pytest.mark.django_db

SCREENS = ["detail", *plan_viewset.record_views]
OUTSIDERS = ["other-operator", "school", "group", "editor", "form-editor", "auditor"]
OUTSIDERS += ["admin"]
CITY = ["intake", "caseworker", "caseworker-lead", "protection"]
CITY += ["programme", "programme-lead", "head"]
MISSING = 999_999
TOKEN = re.compile(rb'(csrf[^"]*"[^"]*"\s*(?:value=|:\s*)")[^"]+')


def ask(client, screen, pk, method):
    answer = getattr(client, method)(reverse(f"plans:{screen}", args=[pk]))
    body = answer.content.replace(f"plans/{pk}/".encode(), b"plans/N/")
    return answer.status_code, TOKEN.sub(rb"\1", body)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", OUTSIDERS)
def test_hidden_answers_as_missing_at_every_address(confirmed, log_in, who, method):
    store_paper(confirmed, b"%PDF-made-up")
    client = log_in(who)

    for screen in SCREENS:
        hidden = ask(client, screen, confirmed.pk, method)

        assert hidden == ask(client, screen, MISSING, method), screen
        assert hidden[0] != 200, screen
        if who == "other-operator":
            assert hidden[0] == 404, screen


@pytest.mark.parametrize("who", CITY)
def test_a_draft_does_not_exist_for_the_city(draft, log_in, who):
    client = log_in(who)

    for screen in SCREENS:
        assert ask(client, screen, draft.pk, "get")[0] == 404, screen


def test_the_operator_loses_the_plan_31_days_after_the_end(
    confirmed, enrolment, log_in
):
    store_paper(confirmed, b"%PDF-made-up")
    today = timezone.localdate()

    end_enrolment(enrolment, today - timedelta(days=30))
    assert ask(log_in("operator"), "paper", confirmed.pk, "get")[0] == 200

    end_enrolment(enrolment, today - timedelta(days=31))
    for screen in SCREENS:
        assert ask(log_in("operator"), screen, confirmed.pk, "get")[0] == 404, screen
    assert (
        str(confirmed) not in log_in("operator").get("/admin/plans/").content.decode()
    )
    assert ask(log_in("caseworker"), "paper", confirmed.pk, "get")[0] == 200


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_starts_a_plan(enrolment, service_types, log_in, who):
    answer = log_in(who).post("/admin/plans/add/", {"enrolment": enrolment.pk})

    may = who in ("operator", "operator-staff")
    assert enrolment.plans.exists() is may
    assert (answer.status_code == 302 and "/edit/" in answer.url) is may


def test_the_form_offers_own_enrolments_only(enrolment, log_in):
    page = log_in("other-operator").get(f"/admin/plans/add/?enrolment={enrolment.pk}")

    assert page.status_code == 200
    assert enrolment.case.number not in page.content.decode()
    for forged in ("abc", "9" * 40, "１", ""):
        page = log_in("operator").get("/admin/plans/add/", {"enrolment": forged})
        assert page.status_code == 200


def test_each_opening_is_written_down(confirmed, log_in):
    store_paper(confirmed, b"%PDF-made-up")
    client = log_in("operator")
    client.get(f"/admin/plans/{confirmed.pk}/")
    client.get(f"/admin/plans/{confirmed.pk}/paper/")
    log_in("other-operator").get(f"/admin/plans/{confirmed.pk}/paper/")

    events = AuditEvent.objects.filter(record=str(confirmed)).order_by("seq")
    names = [event.event for event in events]
    assert names.count("support.planversion.viewed") == 1
    assert names.count("support.planversion.paper_opened") == 1
    assert names[-1] == "support.planversion.denied"


def test_the_list_names_nobody_and_asks_a_constant_number_of_questions(
    confirmed, log_in, django_assert_max_num_queries
):
    client = log_in("operator")
    with django_assert_max_num_queries(20):
        page = client.get("/admin/plans/").content.decode()

    assert confirmed.case.child.family_name not in page
    assert str(confirmed) in page


@pytest.mark.parametrize("who", ["operator", "caseworker", "intake"])
def test_the_page_of_the_case_shows_the_plan_to_its_readers(confirmed, log_in, who):
    page = log_in(who).get(confirmed.case.get_admin_url()).content.decode()

    assert f'data-number="{confirmed}"' in page
    assert "夕食をいっしょに食べる" in page
    assert ("plans/add/?enrolment=" in page) is (who == "operator")
    assert not PlanPaper.objects.exists()
