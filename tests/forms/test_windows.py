"""From when to when a form is received, and how many: G and C of the forms' cases."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.utils import timezone

from forms.models import Draft, FormWindow, Submission
from forms.services import FormProblems
from staff.models import AuditEvent
from tests.forms.conftest import question
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db

NAME = question("short_text", "name", "お名前")
PEOPLE = question("number", "people", "参加する人数")


TYPED = ("day", "time")


def window(form, **settings):
    row, _new = FormWindow.objects.update_or_create(form=form, defaults=settings)
    return row


def ready(form, **answers):
    """A person who has only the last button left to press."""
    return Journey(Client(), slug=form.slug).begin().walk({"name": "花", **answers})


def key_of(form, code):
    fields = form.latest_version().document["pages"][0]["fields"]
    return next(field["key"] for field in fields if field["code"] == code)


def test_c21_a_form_that_closes_meanwhile_is_not_received_and_the_attempt_is_proved(
    publish,
):
    form = publish([NAME])
    journey = ready(form)
    window(form, closes_at=timezone.now() - timedelta(seconds=5))
    journey.send()
    assert journey.response.status_code == 409
    assert journey.page.title.string.startswith("エラー：")
    assert "受け付けられませんでした" in journey.text
    assert not Submission.objects.exists()
    draft = Draft.objects.get()
    assert journey.page.select_one("[data-draft]").text == draft.number
    assert journey.page.select_one("[data-attempt]").text.count(":") == 2
    assert draft.answers and draft.expires_at > timezone.now() + timedelta(days=30)
    event = AuditEvent.objects.get(event="portal_forms.draft.not_received")
    assert event.detail["number"] == draft.number
    assert event.detail["at"] == draft.refused_at.isoformat()
    assert journey.open(journey.draft_address + "review/").text.count("花") == 1


def test_c21_who_has_begun_has_the_minutes_of_grace_and_nobody_else(publish):
    form = publish([NAME])
    journey = ready(form)
    window(form, closes_at=timezone.now() - timedelta(seconds=5), grace=1)
    late = Journey(Client(), slug=form.slug)
    assert "受け付けていません" in late.open(late.start).text
    assert late.client.post(late.start).status_code == 409
    assert Draft.objects.count() == 1
    assert journey.send().receipt


def test_c21_before_the_opening_the_page_says_from_when(publish):
    form = publish([NAME])
    window(form, opens_at=timezone.now() + timedelta(days=1), before_text="4月から")
    early = Journey(Client(), slug=form.slug).open(f"/forms/{form.slug}/")
    assert "4月から" in early.text
    assert not early.page.select("main form")


def test_c22_the_last_place_is_taken_once_and_a_withdrawn_one_is_free_again(publish):
    form = publish([NAME])
    window(form, capacity=1)
    first, second = ready(form), ready(form)
    assert first.send().receipt
    second.send()
    assert second.response.status_code == 409
    assert "定員" in second.text
    assert (
        Journey(Client(), slug=form.slug)
        .open(f"/forms/{form.slug}/")
        .page.select("main form")
        == []
    )
    Submission.objects.filter(receipt=first.receipt).update(status="withdrawn")
    assert second.open(second.draft_address + "review/").send().receipt
    assert Submission.objects.count() == 2


def test_c22_a_place_whose_sending_broke_off_is_free(publish, monkeypatch):
    form = publish([NAME])
    window(form, capacity=1)
    first, second = ready(form), ready(form)

    def broken(submissions):
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("forms.services.submissions.handle", broken)
        first.send()
    assert second.send().receipt
    assert first.send().response.status_code == 409


def test_c22_places_are_counted_by_a_number_in_the_answers(publish):
    form = publish([NAME, PEOPLE])
    window(form, capacity=5, counted=key_of(form, "people"))
    assert ready(form, people="３").send().receipt
    late, three = ready(form, people="1"), ready(form, people="3").send()
    assert three.response.status_code == 409
    assert "残りは2名です" in three.text and "3名分は" in three.text
    assert "受付を終了" not in three.text
    assert ready(form, people="2").send().receipt
    assert Submission.objects.count() == 2
    assert "受付を終了" in late.send().text


def test_places_of_an_earlier_period_do_not_count(publish):
    form = publish([NAME])
    assert ready(form).send().receipt
    window(form, capacity=1, opens_at=timezone.now())
    assert ready(form).send().receipt


def test_staff_set_period_and_places_without_a_new_version(publish, log_in):
    form = publish([NAME, PEOPLE])
    client = log_in("form-editor")
    address = f"/admin/forms/window/{form.pk}/"
    assert "参加する人数" in client.get(address).content.decode()
    answer = client.post(
        address,
        {
            "opens_day": "令和8年4月1日",
            "opens_time": "9時",
            "closes_day": "2026/12/31",
            "capacity": "20",
            "counted": key_of(form, "people"),
        },
    )
    assert answer.status_code == 302
    row = FormWindow.objects.get()
    assert timezone.localtime(row.opens_at).isoformat() == "2026-04-01T09:00:00+09:00"
    assert timezone.localtime(row.closes_at).isoformat() == "2027-01-01T00:00:00+09:00"
    assert form.versions.count() == 1
    shown = BeautifulSoup(client.get(address).text, "html.parser")
    typed = [shown.select_one(f"[name=closes_{part}]").get("value") for part in TYPED]
    assert typed == ["令和8年12月31日", None]
    event = AuditEvent.objects.get(event="portal_forms.formwindow.changed")
    assert "capacity" in event.detail["changed"]
    answer = client.post(
        address, {"opens_day": "2026/12/31", "closes_day": "令和8年4月1日"}
    )
    assert "始まりの日より後" in answer.content.decode()
    assert FormWindow.objects.get().capacity == 20


def test_a_question_that_counts_the_places_is_not_lost_unseen(publish, log_in):
    form = publish([NAME, PEOPLE])
    row = window(form, capacity=5, counted=key_of(form, "people"))
    client = log_in("form-editor")
    assert (
        "定員を、この設問の人数で数えています。"
        in client.get(f"/admin/forms/edit/{form.pk}/").content.decode()
    )
    refusal = (
        "「参加する人数」がなくなっていますが、「受付期間と定員」で使われています。"
    )
    with pytest.raises(FormProblems, match=refusal):
        publish([NAME])
    assert form.versions.count() == 1
    row.counted = ""
    row.save()
    assert publish([NAME]).versions.count() == 2


def test_who_begins_reads_until_when_and_how_many_places_are_left(publish, client):
    form = publish([NAME, PEOPLE])
    start = f"/forms/{form.slug}/"
    assert "data-period" not in client.get(start).text
    midnight = timezone.localtime().replace(2040, 1, 1, 0, 0, 0, 0)
    window(form, closes_at=midnight, capacity=3)
    ready(form, people="1").send()
    period = BeautifulSoup(client.get(start).text, "html.parser").select_one(
        "[data-period]"
    )
    said = "受付は令和21年12月31日（土） 24:00までです。"
    assert period.text == f"{said} 定員は3名で、あと2名です。"
    assert said in client.get("/forms/").text


def test_the_start_page_counts_the_places_once(
    publish, client, django_assert_max_num_queries
):
    form = publish([NAME, PEOPLE])
    window(form, capacity=3, counted=key_of(form, "people"))
    start = f"/forms/{form.slug}/"
    client.get(start)
    asks_the_time = connection.vendor == "postgresql"  # of the database
    with django_assert_max_num_queries(8 + asks_the_time) as queries:
        assert "あと3名" in client.get(start).text
    counted = [row["sql"] for row in queries if "portal_forms_submission" in row["sql"]]
    assert len(counted) == 1


def test_the_list_of_forms_says_which_are_not_received_now(publish, client):
    form = publish([NAME])
    assert "現在は受け付けていません" not in client.get("/forms/").text
    for closed in (
        {"opens_at": timezone.now() + timedelta(days=1)},
        {"opens_at": None, "closes_at": timezone.now() - timedelta(days=1)},
    ):
        window(form, **closed)
        assert "現在は受け付けていません" in client.get("/forms/").text
