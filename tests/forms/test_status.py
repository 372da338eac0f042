"""After sending: the state, the city's questions, replies with files, the way back."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from exchange.models import OutboxItem
from forms.models import Attachment, FailedLookUp, Submission, SubmissionMessage
from forms.services import ask_sender, change_status, withdraw
from forms.services.look_up import forget_wrong_guesses
from staff.models import AuditEvent
from tests.exchange import files
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey
from tests.forms.test_files import upload

pytestmark = pytest.mark.django_db

QUESTION = "夕食のことを、もう少し教えてください。"
ANSWER = "平日は一人で食べています。"


class Sender:
    """Somebody without an account who noted number and password."""

    def __init__(self, journey: Journey):
        self.receipt = journey.receipt
        self.password = journey.page.select_one("[data-password]").get_text()
        self.client = Client()
        self.url = f"/status/{self.receipt}/"

    def look_up(self, password=None):
        typed = {"receipt": self.receipt, "password": password or self.password}
        return self.client.post("/status/", typed, follow=True)

    def page(self):
        return self.client.get(self.url)

    def reply(self, text=ANSWER, uploads=(), token="t1"):  # noqa: S107
        typed = {"text": text, "files": list(uploads), "token": token}
        return self.client.post(self.url + "reply/", typed, follow=True)

    @property
    def submission(self) -> Submission:
        return Submission.objects.get(receipt=self.receipt)


@pytest.fixture
def sender(journey, cast):
    return Sender(journey.begin().walk(REFERRAL).send())


def test_number_and_password_open_the_thread_and_never_the_answers(sender, cast):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    response = sender.look_up()
    assert response.redirect_chain[0][1] == 303
    page = response.content.decode()
    assert QUESTION in page
    assert "追加の確認をお願いしています" in page
    assert "𠮷田" not in page
    assert response["Cache-Control"] == "no-store, private"
    assert sender.password not in response.request["PATH_INFO"]
    assert sender.password not in str(dict(sender.client.session))


def test_number_and_password_may_be_typed_as_a_telephone_types_them(sender):
    sender.receipt = sender.receipt.lower().replace("-", "ー")
    assert (
        "data-status" in sender.look_up(sender.password.upper().replace("-", "－")).text
    )
    sender.receipt = sender.receipt.replace("ー", " ‐ ")
    assert "data-status" in sender.look_up(f" {sender.password} ").text


def test_the_look_up_closes_after_a_quarter_of_an_hour_or_by_its_button(
    sender, monkeypatch
):
    sender.look_up()
    assert sender.page().status_code == 200
    sender.client.post("/status/end/")
    assert sender.page()["Location"] == "/status/?over=1"
    sender.look_up()
    late = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert sender.page()["Location"] == "/status/?over=1"


def test_a_look_up_opens_one_number_only(sender, referral):
    sender.look_up()
    other = f"/status/{referral.number}/"
    for path in (other, other + "withdraw/", "/status/R8-9999/"):
        assert sender.client.get(path)["Location"] == "/status/?over=1"
    answer = sender.client.post(other + "reply/", {"text": "x", "token": "t"})
    assert answer["Location"] == "/status/?over=1"
    assert Client().get(sender.url)["Location"] == "/status/?over=1"


def test_the_sender_replies_with_a_file_and_the_unit_in_charge_is_told(
    sender, cast, log_in
):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    sender.look_up()
    page = sender.reply(uploads=[upload("記録.pdf")]).content.decode()
    assert "返信を受け付けました" in page
    assert "確認中" in page
    message = SubmissionMessage.objects.get(side="sender")
    assert message.text == ANSWER
    file = Attachment.objects.get()
    assert (file.message, file.submission) == (message, sender.submission)
    desk = log_in("intake").get(sender.submission.referral.get_admin_url())
    for words in (QUESTION, ANSWER, "記録.pdf"):
        assert words in desk.content.decode()
    assert log_in("intake").get(f"/admin/files/{file.pk}/").content == files.pdf()
    told = OutboxItem.objects.get(key__startswith=f"replied:{message.pk}")
    assert told.payload["unit"] == sender.submission.referral.unit_id
    assert sender.receipt in str(told.payload)
    assert ANSWER not in str(told.payload)
    assert "記録" not in str(told.payload)


def test_a_second_click_is_the_same_reply(sender, cast):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    sender.look_up()
    for _click in range(2):
        sender.reply(uploads=[upload()])
    assert SubmissionMessage.objects.filter(side="sender").count() == 1
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "uploads", "reason", "wrong"),
    [
        ("", [], "返信を入力", "id_text"),
        ("あ" * 2001, [], "2000", "id_text"),
        (ANSWER, [("悪い.exe", b"MZ")], "悪い.exe", "id_files"),
    ],
)
def test_a_reply_that_cannot_be_taken_keeps_its_words_and_sends_nothing(
    sender, cast, text, uploads, reason, wrong
):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    sender.look_up()
    page = sender.reply(text, [upload(*u) for u in uploads]).content.decode()
    assert reason in page.replace(",", "")
    assert "返信は送信されていません" in page
    assert text in page
    shown = BeautifulSoup(page, "html.parser")
    assert shown.select_one("#error-summary a")["href"] == f"#{wrong}"
    assert [e["id"] for e in shown.select("[aria-invalid]")] == [wrong]
    assert not SubmissionMessage.objects.filter(side="sender").exists()
    assert not Attachment.objects.exists()


def test_without_a_question_or_once_handed_on_no_reply_is_taken(sender, cast):
    sender.look_up()
    assert 'name="text"' not in sender.page().content.decode()
    sender.reply()
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    change_status(sender.submission, "done", by=cast["intake"])
    page = sender.reply().content.decode()
    assert "対応を引き継ぎました" in page
    assert ANSWER in page, "what was written is still there to be copied"
    assert not SubmissionMessage.objects.filter(side="sender").exists()
    with pytest.raises(ValidationError):
        ask_sender(sender.submission, QUESTION, by=cast["intake"])


def test_a_reply_needs_the_csrf_token(sender, cast):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    sender.client = Client(enforce_csrf_checks=True)
    page = BeautifulSoup(sender.client.get("/status/").content, "html.parser")
    token = page.select_one("main [name=csrfmiddlewaretoken]")["value"]
    typed = {"receipt": sender.receipt, "password": sender.password}
    opened = sender.client.post("/status/", typed | {"csrfmiddlewaretoken": token})
    assert opened.status_code == 303
    assert sender.reply().status_code == 403
    assert not SubmissionMessage.objects.filter(side="sender").exists()


def test_both_sides_see_whether_it_was_read(sender, cast, log_in):
    message = ask_sender(sender.submission, QUESTION, by=cast["intake"])
    address = sender.submission.referral.get_admin_url()
    assert "まだ読まれていません" in log_in("intake").get(address).content.decode()
    sender.look_up()
    message.refresh_from_db()
    assert message.read_at
    sender.reply()
    answered = SubmissionMessage.objects.get(side="sender")
    assert answered.read_at is None
    log_in("intake").get(address)
    answered.refresh_from_db()
    assert answered.read_at


def test_a_mail_says_that_there_is_a_question_and_not_which(
    publish, cast, django_capture_on_commit_callbacks
):
    publish([question("email", "mail")])
    journey = Journey(slug="small").begin().walk({"mail": "school@example.jp"}).send()
    submission = Submission.objects.get(receipt=journey.receipt)
    ask_sender(submission, QUESTION, by=cast["intake"])
    item = OutboxItem.objects.get(channel="mail_to_sender")
    assert "example.jp" not in str(item.payload)
    call_command("worker", "--once")
    sent = next(m for m in mail.outbox if m.to == ["school@example.jp"])
    assert submission.receipt in sent.subject
    assert QUESTION not in sent.body
    assert "/status/" in sent.body


def test_the_sender_takes_it_back_staff_are_told_and_nothing_is_deleted(
    sender, cast, log_in
):
    sender.look_up()
    confirm = sender.client.get(sender.url + "withdraw/").content.decode()
    assert "取り消しはできません" in confirm
    page = sender.client.post(
        sender.url + "withdraw/", {"reason": "別の窓口に相談しました"}, follow=True
    ).content.decode()
    assert 'data-status="withdrawn"' in page
    assert "取り下げました" in page and "取り下げ済み" in page
    submission = sender.submission
    assert submission.answers
    assert AuditEvent.objects.filter(event="portal_forms.submission.withdrawn").exists()
    assert OutboxItem.objects.filter(key__startswith="withdrawn:").exists()
    address = submission.referral.get_admin_url()
    desk = log_in("intake").get(address).content.decode()
    assert "送った人が取り下げました" in desk
    assert "別の窓口に相談しました" in desk
    withdraw(submission)
    change_status(submission, "in_review", by=cast["intake"])
    assert sender.submission.status == "withdrawn", "it stays taken back"


def test_what_was_handed_on_cannot_be_taken_back(sender, cast):
    change_status(sender.submission, "done", by=cast["intake"])
    sender.look_up()
    assert "withdraw" not in sender.page().content.decode()
    assert sender.client.get(sender.url + "withdraw/").status_code == 303
    page = sender.client.post(sender.url + "withdraw/").content.decode()
    assert "電話" in page
    assert sender.submission.status == "done"


def test_whatever_became_of_the_family_the_sender_reads_the_same(sender, cast):
    pages = []
    for ending in ("accepted", "redirected"):
        with transaction.atomic():
            referral = sender.submission.referral
            type(referral).objects.filter(pk=referral.pk).update(state=ending)
            change_status(sender.submission, "done", by=cast["intake"])
            sender.look_up()
            main = BeautifulSoup(sender.page().content, "html.parser").main
            pages.append(main.select_one(".facts").get_text())
            transaction.set_rollback(True)
    assert pages[0] == pages[1]


def test_wrong_guesses_at_a_number_are_slowed_from_every_address(sender):
    def guess(n):
        Client(REMOTE_ADDR=f"10.0.0.{n}").post(
            "/status/", {"receipt": sender.receipt, "password": "falsch"}
        )

    for n in range(4):
        guess(n)
    assert 'data-status="received"' in sender.look_up().content.decode()
    guess(4)
    assert "15分待って" in sender.look_up().content.decode()
    FailedLookUp.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert 'data-status="received"' in sender.look_up().content.decode()
    assert forget_wrong_guesses() == 10


def test_wrong_guesses_from_an_address_are_slowed_over_all_numbers(sender):
    for n in range(10):
        sender.client.post("/status/", {"receipt": f"R8-{n}", "password": "falsch"})
    assert "15分待って" in sender.look_up().content.decode()
    other = Client(REMOTE_ADDR="10.0.0.9")
    typed = {"receipt": sender.receipt, "password": sender.password}
    assert other.post("/status/", typed).status_code == 303


def test_the_guesses_are_counted_where_every_process_sees_them(sender):
    sender.look_up("falsch")
    assert FailedLookUp.objects.count() == 2
    marks = str(list(FailedLookUp.objects.values()))
    assert sender.receipt not in marks
    assert "127.0.0.1" not in marks


def test_a_missing_number_is_counted_and_answered_like_a_wrong_password(sender):
    def last_answer(receipt):
        FailedLookUp.objects.all().delete()
        pages = []
        for n in range(11):
            answer = Client(REMOTE_ADDR=f"10.0.0.{n}").post(
                "/status/", {"receipt": receipt, "password": "falsch"}
            )
            found = BeautifulSoup(answer.content, "html.parser")
            pages.append(found.select_one(".error-summary").get_text())
        return pages

    assert last_answer(sender.receipt) == last_answer("R8-9999")


def test_a_message_is_neither_changed_nor_deleted(sender, cast):
    ask_sender(sender.submission, QUESTION, by=cast["intake"])
    for change in (
        lambda: SubmissionMessage.objects.update(text="ほか"),
        lambda: SubmissionMessage.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
