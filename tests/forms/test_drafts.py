"""Drafts: saved while typing, resumed elsewhere, continued for a brother or sister."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from forms.models import Draft, Submission
from forms.services.siblings import forget_shared
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey

pytestmark = pytest.mark.django_db

NAME = question("short_text", "name", "お子さまのお名前")
SCHOOL = question("partner", "school", "学校", partner_kind="school")
NOTE = question("long_text", "note", "気になること")
OUTSIDE = "203.0.113.5"


@pytest.fixture
def form(publish):
    return publish([NAME | {"slot": "child_name"}, SCHOOL], [NOTE])


def begun(form, client=None):
    return Journey(client or Client(), slug=form.slug).begin()


def kept(journey):
    """Press 「一時保存して中断する」; the number and the passphrase that are shown."""
    journey.next({}, keep="1")
    page = journey.page
    return page.select_one("[data-draft]").text, page.select_one("[data-password]").text


def resume(number, passphrase, client=None, **more):
    journey = Journey(client or Client(**more), slug="small")
    journey.open("/forms/draft/resume/")
    data = journey.state() | {"number": [number], "passphrase": [passphrase]}
    return journey.follow(journey.client.post("/forms/draft/resume/", data))


def saved(journey, answers, mark="", **more):
    """What the script posts while somebody types."""
    data = journey.typed(answers) | {"save": ["1"]} | more
    if mark:
        data["save_mark"] = [mark]
    return journey.client.post(journey.url, data)


def test_g42_what_is_typed_is_saved_meanwhile_valid_or_not(form):
    journey = begun(form)
    answer = saved(journey, {"name": "花"})
    assert answer.status_code == 200
    assert answer.json()["text"].startswith("保存しました ")
    assert journey.open(journey.url).value("name") == ["花"]
    assert "花" not in str(answer.content.decode())


def test_a_save_that_was_overtaken_changes_nothing(form):
    journey = begun(form)
    saved(journey, {"name": "花子"}, mark="page:2")
    saved(journey, {"name": "花"}, mark="page:1")
    assert journey.open(journey.url).value("name") == ["花子"]
    saved(journey, {"name": "さくら"}, mark="another:1")
    assert journey.open(journey.url).value("name") == ["さくら"]


def test_g42_a_draft_is_resumed_elsewhere_by_number_and_passphrase(form):
    journey = begun(form)
    journey.next({"name": "花", "school": "架空小"})
    number, passphrase = kept(journey)
    assert "花" not in journey.text
    other = resume(number.upper(), passphrase.upper().replace("-", "　"))
    assert other.url == journey.draft_address + "2/"
    other.open(journey.draft_address + "1/")
    assert other.value("name") == ["花"]
    other.walk({"note": "なし"}).send()
    assert Submission.objects.count() == 1
    assert other.page.select_one("[data-password]")
    assert resume(number, passphrase).errors


def test_both_computers_may_go_on_and_the_passphrase_stays(form):
    journey = begun(form)
    first = kept(journey.next({"name": "花", "school": "架空小"}))
    other = resume(*first)
    other.next({}, keep="1")
    assert not other.page.select("[data-password]")
    journey.open(journey.draft_address + "1/").next({"name": "花子"})
    assert resume(*first).open(journey.draft_address + "1/").value("name") == ["花子"]


def test_wrong_guesses_are_slowed_and_tell_nothing(form):
    journey = begun(form)
    number, passphrase = kept(journey.next({"name": "花", "school": "架空小"}))
    guess = resume(number, "aaaa-aaaa-aaaa", REMOTE_ADDR=OUTSIDE)
    unknown = resume("T-aaaa-aaaa", "aaaa-aaaa-aaaa", REMOTE_ADDR=OUTSIDE)
    assert guess.errors == unknown.errors != []
    for _try in range(8):
        resume(number, "bbbb-bbbb-bbbb", REMOTE_ADDR=OUTSIDE)
    slowed = resume(number, passphrase, REMOTE_ADDR=OUTSIDE)
    assert "15分" in slowed.errors[0]
    assert not resume(number, passphrase, REMOTE_ADDR="203.0.113.6").errors


def test_a_kept_draft_ends_after_the_days_of_its_form(form):
    number, passphrase = kept(begun(form).next({"name": "花", "school": "架空小"}))
    left = Draft.objects.get().expires_at - timezone.now()
    assert timedelta(days=6) < left <= timedelta(days=7)
    Draft.objects.update(expires_at=timezone.now())
    assert resume(number, passphrase).errors


def test_closing_at_a_shared_computer_leaves_nothing_there(form):
    journey = begun(form)
    pair = kept(journey.next({"name": "花", "school": "架空小"}))
    answer = journey.client.post(journey.url, journey.state())
    assert answer["Clear-Site-Data"] == '"cache"'
    assert "draft_key" not in {
        name for name, morsel in answer.cookies.items() if morsel.value
    }
    assert journey.client.get(journey.draft_address + "1/").status_code == 404
    assert not resume(*pair).errors


def test_a_teacher_finds_the_own_drafts_and_no_name_of_a_child(
    referral_form, log_in, cast
):
    client = log_in("school")
    journey = Journey(client).begin().walk(REFERRAL)
    page = client.get("/forms/draft/mine/").content.decode()
    assert Draft.objects.get().number in page
    assert "𠮷田" not in page
    elsewhere = Client()
    elsewhere.force_login(cast["school"], backend="staff.backends.MembershipBackend")
    answer = elsewhere.post(
        "/forms/draft/mine/", {"number": Draft.objects.get().number}
    )
    other = Journey(elsewhere).follow(answer)
    assert other.url == journey.draft_address + "5/"
    stranger = Client()
    stranger.force_login(cast["group"], backend="staff.backends.MembershipBackend")
    answer = stranger.post("/forms/draft/mine/", {"number": Draft.objects.get().number})
    assert answer.status_code == 404


def test_another_child_begins_with_what_is_shared_and_is_linked(form):
    journey = begun(form).walk({"name": "花", "school": "架空小", "note": "一人目"})
    journey.send()
    first = journey.receipt
    button = journey.page.select_one("form[action$='/sibling/']")
    key = button.select_one("[name=draft_key]")["value"]
    journey.follow(journey.client.post(button["action"], {"draft_key": key}))
    assert journey.value("name") == [""]
    assert "架空小" in str(journey.page)
    journey.walk({"name": "太郎", "note": "二人目"}).send()
    second = Submission.objects.get(receipt=journey.receipt)
    assert second.linked_to.receipt == first
    assert journey.receipt != first


def test_what_is_shared_is_forgotten_after_an_hour_and_at_the_end(form):
    journey = begun(form).walk({"name": "花", "school": "架空小", "note": "あ"}).send()
    assert Draft.objects.get().shared
    Draft.objects.update(sent_at=timezone.now() - timedelta(minutes=61))
    assert forget_shared() == 1
    assert Draft.objects.get().shared is None
    assert not journey.open(journey.url).page.select("form[action$='/sibling/']")


def test_another_child_is_not_offered_where_nothing_would_be_the_same(publish):
    journey = begun(publish([NAME])).walk({"name": "花"}).send()
    assert journey.receipt
    assert not journey.page.select("form[action$='/sibling/']")


def test_another_child_is_not_offered_by_a_form_that_is_about_none(publish):
    who = question("short_text", "name", "申し込む方")
    journey = begun(publish([who, SCHOOL])).walk({"name": "花", "school": "架空小"})
    assert journey.send().receipt
    assert not journey.page.select("form[action$='/sibling/']")


def test_finishing_after_sending_does_not_say_that_nothing_was_sent(form):
    journey = begun(form).walk({"name": "花", "school": "架空小", "note": "あ"}).send()
    receipt = journey.url
    button = journey.page.select_one("form[action$='/leave/']")
    key = button.select_one("[name=draft_key]")["value"]
    journey.follow(journey.client.post(button["action"], {"draft_key": key}))
    assert "送信した内容は市が受け付けています" in journey.text
    assert "何も送信していません" not in journey.text
    assert journey.client.get(receipt).status_code == 404
    journey = begun(form).next({"name": "太郎"}, leave="1").next()
    assert "何も送信していません" in journey.text


def test_c19_a_draft_needs_no_session_and_no_csrf_token(form):
    journey = Journey(Client(enforce_csrf_checks=True), slug=form.slug)
    journey.open(journey.start)
    journey.follow(journey.client.post(journey.start, journey.state()))
    del journey.client.cookies["csrftoken"]
    data = journey.typed({"name": "花", "school": "架空小"})
    journey.follow(journey.client.post(journey.url, data))
    assert journey.url.endswith("/2/")


@pytest.mark.parametrize(
    "fault",
    [OperationalError("database or disk is full"), OSError(28, "No space left")],
)
def test_a_full_disk_says_that_nothing_was_accepted_and_keeps_every_character(
    form, monkeypatch, fault, caplog
):
    journey = begun(form)
    typed = "花\n\U000e0100<b>&amp;"

    def full(*args, **kwargs):
        raise type(fault)(*fault.args, f"Failing row contains ({typed})")

    data = journey.typed({"name": typed, "school": "架空小"})
    with monkeypatch.context() as patch:
        patch.setattr("forms.views.journey.save_page", full)
        # The test's own transaction must live on: nothing really happened to it.
        patch.setattr("forms.views.drafts.close_old_connections", lambda: None)
        journey.follow(journey.client.post(journey.url, data))
    assert journey.response.status_code == 503
    assert type(fault).__name__ in caplog.text and "花" not in caplog.text
    assert journey.page.title.string.startswith("エラー：")
    assert "受け付けていません" in journey.text
    assert "189" in journey.text
    journey.send()
    assert journey.url.endswith("/2/")
    assert Draft.objects.get().answers
    journey.open(journey.draft_address + "1/")
    assert journey.value("name") == [typed.replace("\n", "\n")]


def test_c18_back_after_sending_shows_the_receipt_and_never_a_blank_form(form):
    journey = begun(form).walk({"name": "花", "school": "架空小", "note": "あ"})
    review = journey.url
    receipt = journey.send().receipt
    for address in (review, journey.draft_address + "1/", journey.draft_address + "2/"):
        assert journey.open(address).receipt == receipt
        answer = journey.client.get(address)
        assert answer["Cache-Control"] == "no-store, private"
    assert saved(journey, {}).status_code in (200, 303, 404, 405)
    assert Submission.objects.count() == 1


def test_c25_enter_means_next_with_every_button_on_the_page(publish):
    """Next stands before every other button: that is the one that Enter presses."""
    rows = question("repeat", "kids", "行", fields=[NAME], min_rows=0)
    files = question("file", "papers", "書類")
    form = publish([NAME], [question("address", "home", "住所"), rows, files, NOTE])
    journey = begun(form).next({"name": "花"})
    group = journey.page.select_one('button[name="add"]')["value"]
    page = journey.next({}, add=group).page
    buttons = page.select("button[form=page-form], #page-form button[type=submit]")
    names = {button.get("name") for button in buttons}
    assert names >= {"complete", "add", "remove", "attach", "back", "keep", "leave"}
    for first in (buttons[0], page.select_one("#page-form button[type=submit]")):
        assert first.get_text(strip=True) == "次へ"
        assert not first.has_attr("name")
