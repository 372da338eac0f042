"""Filling in a form without JavaScript, from the start page to the receipt."""

from datetime import date

import pytest
from django.test import Client

from exchange.models import OutboxItem
from forms.answers import answer, pages_of
from forms.models import Draft, Submission
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db


def test_a_school_sends_a_referral_and_gets_a_receipt(journey):
    journey.begin().walk(REFERRAL)
    assert "未入力" in journey.text
    assert "平成28年7月15日（2016年）" in journey.text
    journey.send()
    assert journey.posted.status_code == 303
    submission = Submission.objects.get()
    assert journey.receipt == submission.receipt
    assert submission.receipt.startswith("R8-")
    assert journey.response["Cache-Control"] == "no-store, private"
    assert answer(submission, "birth_date") == date(2016, 7, 15).isoformat()
    assert answer(submission, "signs") == ["meals", "absence"]
    assert answer(submission, "school") == "架空北小学校"
    assert answer(submission, "child_family_kana") == "ヨシダ"
    assert answer(submission, "child_given_kana") == "ハナ"
    assert answer(submission, "phoned_at") is None
    assert answer(submission, "writer_phone") == "0668580000"


def test_a_name_is_stored_byte_for_byte(journey):
    journey.begin().walk(REFERRAL).send()
    submission = Submission.objects.get()
    assert answer(submission, "child_family_name") == "𠮷田"
    assert answer(submission, "child_given_name") == "\ufa19花\U000e0100"


def test_the_draft_is_emptied_once_the_answers_are_received(journey):
    journey.begin().walk(REFERRAL)
    assert Draft.objects.get().answers
    journey.send()
    assert Draft.objects.get().answers == {}


def test_a_reload_of_the_receipt_and_a_second_sending_change_nothing(journey):
    journey.begin().walk(REFERRAL)
    review, state = journey.url, journey.state()
    journey.send()
    receipt = journey.receipt
    assert journey.open(journey.url).receipt == receipt
    journey.follow(journey.client.post(review, state))
    assert journey.receipt == receipt
    assert "すでに受け付けています" in journey.text
    assert journey.open(review).receipt == receipt
    assert Submission.objects.count() == 1


def test_the_mail_and_the_receipt_belong_to_one_submission(referral_form, log_in, cast):
    cast["school"].email = "school@example.jp"
    cast["school"].save()
    journey = Journey(log_in("school")).begin()
    journey.walk(REFERRAL)
    review, state = journey.url, journey.state()
    journey.send()
    journey.client.post(review, state)
    keys = OutboxItem.objects.filter(key__startswith="received:")
    assert keys.count() == 1
    assert "𠮷田" not in str(OutboxItem.objects.values_list("payload", flat=True))


def test_going_back_loses_nothing_even_if_it_is_not_valid(journey):
    journey.begin().next({"kind": "use", "urgency": "normal"})
    journey.next({"writer_phone": "12人", "writer_name": "試験太郎"}, back="1")
    assert journey.url.endswith("/1/")
    assert not journey.errors
    journey.next()
    assert journey.value("writer_phone") == ["12人"]
    assert journey.value("writer_name") == ["試験太郎"]


def test_an_error_is_said_in_the_summary_at_the_field_and_in_the_title(journey):
    journey.begin().next({"kind": "use"})
    assert journey.page.title.string.startswith("エラー：")
    assert journey.errors == ["「緊急性」を選んでください。"]
    link = journey.page.select_one("[role=alert] a")["href"]
    target = journey.page.select_one(link)
    assert target["name"]
    described = target["aria-describedby"]
    assert journey.page.find(id=described).get_text() == journey.errors[0]


def test_each_fault_is_said_once_by_name_and_parts_have_names_of_their_own(journey):
    journey.begin().next({"kind": "use", "urgency": "normal"})
    journey.next({k: v for k, v in REFERRAL.items() if k.startswith("writer")})
    journey.open(journey.draft_address + "3/").next({"birth_date": ("", "7", "15")})
    assert len(journey.errors) == len(set(journey.errors)) > 2
    for sentence in journey.errors:
        assert "「" in sentence
        assert [p.text for p in journey.page.select(".field__error")].count(
            sentence
        ) == 1
    for link in journey.page.select("[role=alert] a"):
        assert journey.page.select_one(link["href"])
    parts = journey.page.select('fieldset[data-code="birth_date"] input')
    labels = [journey.page.select_one(f'label[for="{p["id"]}"]').text for p in parts]
    assert labels == ["年", "月", "日"]
    journey.open(journey.draft_address + "1/")
    for radio in journey.page.select("main input[type=radio]"):
        assert radio.find_parent("fieldset").select_one("legend").text.strip()


def test_now_shows_the_phone_numbers_and_asks_for_the_call_without_an_error(journey):
    journey.begin()
    assert not journey.is_shown("phoned_at")
    journey.next({"kind": "use", "urgency": "now"})
    assert journey.url.split("?")[0].endswith("/1/")
    assert not journey.errors
    assert "この画面に項目が増えました" in journey.text
    assert journey.is_shown("phoned_at")
    main = str(journey.page.main)
    assert main.index("tel:189") < main.index("<h1")
    journey.next()
    assert journey.errors == ["「電話済みの時刻」を入力してください。"]
    journey.next({"phoned_at": "午後２時５分"}).walk(REFERRAL | {"urgency": "now"})
    assert str(journey.page.main).index("tel:189") < str(journey.page.main).index("<dl")
    journey.send()
    assert answer(Submission.objects.get(), "phoned_at") == "14:05"


def test_a_change_from_the_review_comes_back_to_the_review(journey):
    journey.begin().walk(REFERRAL)
    change = journey.page.select("dl a")[0]["href"]
    journey.open(change).next({"kind": "share"})
    assert "/review/" in journey.url
    assert "情報共有のみ" in journey.text


def test_two_children_in_two_tabs_do_not_mix(referral_form):
    browser = Client()
    one, other = Journey(browser).begin(), Journey(browser).begin()
    one.walk(REFERRAL | {"child_family_name": "東"})
    other.walk(REFERRAL | {"child_family_name": "西"})
    one.send()
    other.send()
    names = [answer(s, "child_family_name") for s in Submission.objects.order_by("pk")]
    assert names == ["東", "西"]


def test_leaving_deletes_what_was_typed(journey):
    journey.begin().next({"kind": "use", "urgency": "normal"})
    page = journey.url
    journey.next({"writer_name": "試験太郎"}, leave="1")
    assert "/leave/" in journey.url
    assert journey.page.select_one("form a")["href"] == page
    journey.next()
    assert not Draft.objects.exists()
    assert "何も送信していません" in journey.text
    assert journey.client.get(page).status_code == 404


def test_after_finishing_on_a_shared_computer_the_receipt_is_closed(journey):
    journey.begin().walk(REFERRAL).send()
    done = journey.url
    form = journey.page.select_one("main form")
    journey.client.post(form["action"], journey.state())
    assert journey.client.get(done).status_code == 404
    assert Submission.objects.count() == 1


def test_the_start_page_says_how_many_pages_and_makes_no_draft(journey):
    assert "全5ページ" in journey.open(journey.start).text
    assert not Draft.objects.exists()
    assert journey.page.select_one("main form button").get_text() == "入力をはじめる"


def test_enter_means_next_because_next_is_the_first_button(journey):
    journey.begin().next({"kind": "use", "urgency": "normal"})
    buttons = journey.page.select("#page-form button[type=submit]")
    assert buttons[0].get_text() == "次へ"
    assert not buttons[0].has_attr("name")


def test_every_control_carries_the_key_as_its_name_and_the_item_code(journey):
    journey.begin()
    version = Draft.objects.get().version
    for number, page in enumerate(version.document["pages"], 1):
        journey.open(f"{journey.draft_address}{number}/".replace("//", "/"))
        for field in page["fields"]:
            if field["type"] in ("information", "urgent"):
                continue
            found = journey.page.select(f'[data-code="{field["code"]}"]')
            assert found, field["code"]
            if field["type"] != "date":
                assert found[0]["name"] == field["key"]


def test_a_question_of_a_later_page_waits_for_its_page(publish, client):
    publish(
        [yes_no("pet", "ペットの有無", required=True)],
        [question("short_text", "name", "名前", **when("pet", "is", "yes"))],
        [question("short_text", "end", "最後")],
    )
    journey = Journey(client, "small").begin().next({"pet": "no"})
    assert journey.url.endswith("/3/")
    journey.open(journey.draft_address + "2/")
    assert journey.url.endswith("/3/")
    journey.open(journey.draft_address + "1/").next({"pet": "yes"})
    assert journey.is_shown("name")


def test_a_page_whose_condition_is_false_is_passed_over(publish, client):
    hidden = {
        "title": "飼い主の方へ",
        "fields": [question("short_text", "name", "名前", required=True)],
        **when("pet", "is", "yes"),
    }
    publish(
        [yes_no("pet", required=True)], hidden, [question("short_text", "end", "最後")]
    )
    journey = Journey(client, "small").begin().next({"pet": "no"})
    assert journey.url.endswith("/3/")
    assert "全2ステップ中 2" in journey.text
    journey.next().send()
    assert [page.number for page in pages_of(Submission.objects.get())] == [1, 3]
