"""Readings above kanji inside a form: switched without losing what was typed."""

import json

import pytest

from forms import starters
from forms.models import Submission
from home.models import Reading
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words(db):
    for word, reading in (
        ("相談", "そうだん"),
        ("学校", "がっこう"),
        ("不明", "ふめい"),
    ):
        Reading.objects.create(word=word, reading=reading, is_approved=True)


def switch(journey):
    """The buttons of the switch on this page: what each is called and sends."""
    return journey.page.select("header .furigana button")


def test_the_switch_inside_a_form_keeps_the_page_and_everything_typed(journey):
    journey.begin()
    journey.next({"kind": "use", "urgency": "normal"})
    address = journey.url
    assert [b["form"] for b in switch(journey)] == ["page-form"] * 2
    assert "<ruby>" not in journey.response.text
    journey.next({"writer_phone": "12人", "writer_name": "学校太郎"}, furigana="on")
    assert journey.url == address
    assert "<ruby>" in journey.response.text
    assert not journey.errors
    assert journey.value("writer_phone") == ["12人"]
    assert journey.value("writer_name") == ["学校太郎"]
    pressed = [b["value"] for b in switch(journey) if b["aria-pressed"] == "true"]
    assert pressed == ["on"]
    journey.next(furigana="off")
    assert journey.url == address and "<ruby>" not in journey.response.text
    assert journey.value("writer_name") == ["学校太郎"]


def test_the_switch_comes_back_to_the_review_afterwards(journey):
    journey.begin().walk(REFERRAL)
    change = journey.page.select_one(".summary-list a")["href"]
    journey.open(change).next(furigana="on")
    assert "from=review" in journey.url
    assert journey.state()["from"] == ["review"]
    assert journey.next().url.endswith("/review/")


def test_the_button_that_enter_presses_goes_on_and_does_not_switch(journey):
    journey.begin()
    first = journey.page.select_one(
        'button[form="page-form"], #page-form button[type=submit]'
    )
    assert first.get("name") is None and "default-button" in first["class"]


def test_nothing_typed_and_nothing_without_text_gets_readings(journey):
    journey.client.cookies["furigana"] = "on"
    journey.begin().walk(REFERRAL)
    answers = journey.page.select(".summary-list dd")
    assert journey.page.select(".summary-list dt ruby")
    assert "架空北小学校" in [a.get_text(strip=True) for a in answers]
    for number in (1, 2, 3, 4):
        journey.open(f"{journey.draft_address}{number}/")
        assert journey.page.select("main ruby"), number
        assert not journey.page.select("option ruby, title ruby, textarea ruby")
        assert "<ruby" not in str([e.attrs for e in journey.page.select("main *")])
    journey.open(f"{journey.draft_address}review/").send()
    assert Submission.objects.count() == 1
    assert switch(journey), "the receipt is read by GET and can be opened again"


def test_an_answer_to_a_post_has_no_switch_since_nobody_could_come_back_to_it(client):
    starters.load()
    answer = client.post("/status/", {"receipt": "R8-1", "password": "x"})
    assert 'class="furigana"' not in answer.text
    assert 'class="furigana"' in client.get("/status/").text
    assert 'class="furigana"' in client.get("/forms/draft/resume/").text


def test_a_form_in_another_language_has_neither_switch_nor_readings(publish, client):
    client.cookies["furigana"] = "on"
    label = [{"language": "en", "label": "学校 school"}]
    title = [{"language": "en", "title": "Page"}]
    form = {"language": "en", "title": "A form", "is_complete": True}
    asked = question("short_text", "writer", "学校", translations=label)
    publish(
        {"title": "頁", "fields": [asked], "translations": title},
        translations=json.dumps([{"type": "translation", "id": "t", "value": form}]),
    )
    journey = Journey(client, "small")
    journey.follow(client.post(journey.start, {"language": "en"}))
    assert "学校 school" in journey.text
    assert "<ruby" not in journey.response.text and not switch(journey)
    journey.next(language="ja")
    assert "<ruby>学校" in journey.response.text and switch(journey)
