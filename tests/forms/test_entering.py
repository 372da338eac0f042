"""A form that staff fill in for somebody who phoned, wrote or came to the desk."""

import pytest
from django.urls import reverse

from forms.models import EnteredFor, Submission
from staff.models import Partner
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db


def test_staff_type_in_for_a_caller_through_the_normal_journey(
    referral_form, cast, log_in
):
    browser = log_in("intake")
    school = Partner.objects.get(code="S-OWN")
    answer = browser.post(
        reverse("inbox:enter"),
        {
            "form": referral_form.pk,
            "source": "phone",
            "on_behalf_of": "担任",
            "partner": school.pk,
        },
    )
    journey = Journey(browser).follow(answer)
    assert "電話（担任）" in journey.page.select_one("[data-entering]").text
    journey.walk({k: v for k, v in REFERRAL.items() if k != "school"}).send()
    assert "いま相手に伝えて" in journey.page.select_one("[data-entering]").text
    made = Submission.objects.get(receipt=journey.receipt)
    assert (made.partner, made.submitted_by) == (school, cast["intake"])
    entered = EnteredFor.objects.visible_to(cast["intake"]).get()
    assert (entered.token, entered.source) == (made.token, "phone")
    page = browser.get(made.get_admin_url()).content.decode()
    assert "電話" in page
    assert "担任" in page


def test_a_sibling_is_typed_in_for_the_same_caller_and_school(
    referral_form, cast, log_in
):
    browser, school = log_in("intake"), Partner.objects.get(code="S-OWN")
    call = {"source": "phone", "on_behalf_of": "担任", "partner": school.pk}
    answer = browser.post(reverse("inbox:enter"), call | {"form": referral_form.pk})
    typed = {k: v for k, v in REFERRAL.items() if k != "school"}
    journey = Journey(browser).follow(answer).walk(typed).send()
    button = journey.page.select_one("form[action$='/sibling/']")
    key = {"draft_key": button.select_one("[name=draft_key]")["value"]}
    journey.follow(browser.post(button["action"], key))
    assert "電話（担任）" in journey.page.select_one("[data-entering]").text
    journey.walk(typed).send()
    made = Submission.objects.get(receipt=journey.receipt)
    assert made.partner == school
    assert EnteredFor.objects.get(token=made.token).on_behalf_of == "担任"


def test_nobody_else_reads_for_whom_a_form_is_typed_in(journey):
    journey.begin()
    assert not journey.page.select("[data-entering]")
