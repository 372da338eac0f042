"""Corrections by staff: rows of a group, and what is reckoned from an answer."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from forms.answers import pages_of
from forms.corrected import last_of, shown_pages
from forms.models import CorrectedAnswer, Submission, SubmissionEvent
from forms.services import correcting
from forms.services.correcting import correct, is_cleared
from forms.services.thinning import thin
from tests.forms import inbox
from tests.forms.inbox import field

pytestmark = pytest.mark.django_db

FILE = {"id": "11111111-1111-4111-8111-111111111111", "name": "医師の手紙.pdf"}
FILE |= {"size": 3, "type": "application/pdf", "sha256": "0" * 64}
ONLY_OLD = {"key": "f_age", "op": "greater", "value": "5", "as": "number"}
GROUP = field(
    "kids",
    "repeat",
    label="きょうだい",
    row_title="#人目",
    max_rows=5,
    fields=[
        field("nick", label="呼び名"),
        field("age", "number", label="年齢"),
        field("school", label="学校名", when=ONLY_OLD),
        field("paper", "file", label="書類"),
    ],
)
TOTAL = field(
    "total",
    "calculated",
    label="年齢の合計",
    calc={"op": "sum", "of": [{"rows": "f_kids", "key": "f_age"}]},
)
TWICE = field(
    "more",
    "calculated",
    label="差",
    calc={"op": "difference", "of": [{"key": "f_total"}, {"key": "f_n"}]},
)
ANSWERS = {
    "f_kids": [
        {"id": "r1", "f_nick": "花", "f_age": "7", "f_school": "架空小"},
        {"id": "r2", "f_nick": "空", "f_age": "3", "f_paper": [FILE]},
    ],
    "f_n": "4",
    "f_total": "10",
    "f_more": "6",
}


@pytest.fixture
def submission(db):
    inbox.grant(role="case_worker")
    form = inbox.form()
    version = inbox.version(form, GROUP, field("n", "number", label="数"), TOTAL, TWICE)
    return inbox.received(version, ANSWERS, partner=None)


@pytest.fixture
def post(log_in, submission):
    def do(**data):
        url = reverse("inbox:correct", args=[submission.pk])
        return log_in("intake").post(url, {"key": "f_kids"} | data)

    return do


def rows(**changed):
    typed = {
        "f_kids-rows": ["r1", "r2"],
        "f_kids-r1-f_nick": "花",
        "f_kids-r1-f_age": "7",
        "f_kids-r1-f_school": "架空小",
        "f_kids-r2-f_nick": "空",
        "f_kids-r2-f_age": "3",
    }
    return typed | {f"f_kids-{name}": value for name, value in changed.items()}


def shown(submission) -> dict:
    pages = shown_pages(submission, last_of(submission.corrections.all()))
    return {i.item.code: (i.item.text, i.original) for p in pages for i in p.items}


def test_a_row_is_corrected_with_what_is_reckoned_from_it(submission, post, log_in):
    before = Submission.objects.values().get(pk=submission.pk)
    post(**rows(**{"r2-f_age": "13"}), reason="母から電話")
    found = {row.key: row.value for row in CorrectedAnswer.objects.all()}
    assert found["f_kids"][1] == {**ANSWERS["f_kids"][1], "f_age": "13"}
    assert (found["f_total"], found["f_more"]) == ("20", "16")
    assert all("母から電話" in row.reason for row in CorrectedAnswer.objects.all())
    words = shown(submission)
    assert (words["total"], words["more"]) == (("20", "10"), ("16", "6"))
    assert "年齢：13" in words["kids"][0] and "年齢：3" in words["kids"][1]
    assert Submission.objects.values().get(pk=submission.pk) == before
    event = SubmissionEvent.objects.get()
    assert event.detail == {"code": "kids", "also": ["total", "more"]}
    page = log_in("intake").get(submission.get_admin_url()).content.decode()
    history = BeautifulSoup(page, "html.parser").select_one(".desk-timeline")
    assert "きょうだい、年齢の合計、差" in history.text


def test_a_row_is_added_and_taken_away_and_what_is_not_asked_goes(submission, post):
    page = post(**rows(), add="f_kids", reason="電話")
    assert not CorrectedAnswer.objects.exists()
    added = BeautifulSoup(page.content, "html.parser").select("[data-row]")[-1]
    assert 'value="電話"' in page.content.decode()
    new = added["data-row"]
    typed = rows(**{f"{new}-f_nick": "海", f"{new}-f_age": "2"})
    typed["f_kids-rows"] = ["r1", new]
    typed[f"f_kids-{new}-f_school"] = "問われない"
    post(**typed, reason="電話")
    value = CorrectedAnswer.objects.get(key="f_kids").value
    assert value == [
        ANSWERS["f_kids"][0],
        {"id": new, "f_nick": "海", "f_age": "2"},
    ]
    assert shown(submission)["total"] == ("9", "10")


def test_a_wrong_row_is_refused_by_its_name_and_everything_typed_stays(
    submission, post
):
    page = post(**rows(**{"r2-f_age": "三つ", "r1-f_nick": "花子"}), reason="電話")
    text = page.content.decode()
    assert "2人目 年齢" in text
    assert 'value="花子"' in text and 'value="三つ"' in text
    assert not CorrectedAnswer.objects.exists()


def test_a_wrong_answer_and_a_missing_reason_are_said_at_once(submission, post):
    text = post(**rows(**{"r2-f_age": "三つ"}), reason="").content.decode()
    page = BeautifulSoup(text, "html.parser")
    assert "2人目 年齢" in page.select_one("#id_f_kids-error").text
    assert page.select_one('[data-contentpath="reason"] .error-message')
    assert 'value="三つ"' in text
    assert not CorrectedAnswer.objects.exists()


def test_the_desk_says_what_to_do_about_files_and_reckoned_answers(submission, log_in):
    client = log_in("intake")
    url = reverse("inbox:correct", args=[submission.pk])
    page = client.get(f"{url}?key=f_kids").content.decode()
    assert "書類は、届いたときのまま" in page
    assert 'type="file"' not in page
    page = BeautifulSoup(client.get(submission.get_admin_url()).content, "html.parser")
    assert "計算し直されます" in page.select_one('[data-code="total"]').text
    assert page.select_one('[data-code="kids"] .inbox-correct')
    assert not page.select_one('[data-code="total"] .inbox-correct')


def test_what_somebody_else_corrected_meanwhile_is_not_undone_unseen(submission, post):
    assert (
        post(**rows(**{"r1-f_age": "8"}), seen="0", reason="一人目").status_code == 302
    )
    late = post(**rows(**{"r2-f_age": "4"}), seen="0", reason="二人目")
    assert "ほかの方が、先に" in late.content.decode()
    assert 'value="4"' in late.content.decode()
    value = CorrectedAnswer.objects.get(key="f_kids").value
    assert [row["f_age"] for row in value] == ["8", "3"]


def test_what_was_cleared_at_the_end_of_its_time_is_not_written_anew(
    submission, cast, monkeypatch
):
    short = {**GROUP, "retention": "short"}
    for cleared, question, is_over in [
        ({"anonymised_at": timezone.now()}, GROUP, True),
        ({"thinned_at": timezone.now()}, short, True),
        ({"thinned_at": timezone.now()}, GROUP, False),
        ({}, short, False),
    ]:
        assert is_cleared(Submission(**cleared), question) == is_over
    monkeypatch.setattr(correcting, "is_cleared", lambda *_asked: True)
    with pytest.raises(ValidationError, match="保存期間"):
        correct(submission, by=cast["intake"], key="f_n", typed="5", reason="電話")
    assert not CorrectedAnswer.objects.exists()


def test_what_the_sender_took_back_is_not_corrected_and_no_button_says_so(
    submission, log_in, cast
):
    page = submission.get_admin_url()
    assert "inbox-correct" in log_in("intake").get(page).content.decode()
    Submission.objects.filter(pk=submission.pk).update(status="withdrawn")
    assert "inbox-correct" not in log_in("intake").get(page).content.decode()
    url = reverse("inbox:correct", args=[submission.pk])
    answer = log_in("intake").get(url, {"key": "f_n"}, follow=True)
    assert "取り下げた回答" in answer.content.decode()
    typed = {"key": "f_n", "f_n": "5", "reason": "電話"}
    answer = log_in("intake").post(url, typed)
    assert "取り下げた回答" in answer.content.decode()
    assert not CorrectedAnswer.objects.exists()


def test_a_group_is_corrected_without_loss_where_a_cleared_answer_was_its_condition(
    db, cast
):
    asks_cleared = {"key": "f_worry", "op": "is", "value": "o_yes"}
    kids = field(
        "kids",
        "repeat",
        label="きょうだい",
        row_title="#人目",
        max_rows=5,
        fields=[
            field("nick", label="呼び名"),
            field("note", label="気になること", when=asks_cleared),
            field("after", label="その後", when={"key": "f_note", "op": "answered"}),
        ],
    )
    worry = field("worry", "radio", options=inbox_options(), retention="short")
    later = field("later", label="続き", when=asks_cleared)
    inbox.grant(role="case_worker")
    version = inbox.version(inbox.form(), worry, kids, later)
    row = {"id": "r1", "f_nick": "花", "f_note": "眠い", "f_after": "落ち着いた"}
    sent = {"f_worry": "o_yes", "f_kids": [row], "f_later": "続きの話"}
    submission = inbox.received(version, sent, partner=None)
    thin(submission)
    submission = Submission.objects.get()
    assert "f_worry" not in submission.answers
    typed = [{**row, "f_nick": "花子"}]
    correct(submission, by=cast["intake"], key="f_kids", typed=typed, reason="電話")
    value = CorrectedAnswer.objects.get(key="f_kids").value
    assert value == [{**row, "f_nick": "花子"}]
    # And what stays is still shown, though nobody knows any more why it was asked.
    submission = Submission.objects.get()
    shown = shown_pages(submission, last_of(submission.corrections.all()))
    words = str([item.item.text for page in shown for item in page.items])
    assert "眠い" in words and "続きの話" in words
    items = [item for page in pages_of(submission) for item in page.items]
    assert [item.text for item in items if item.code == "later"] == ["続きの話"]
    (group,) = [item for item in items if item.code == "kids"]
    assert [one.text for one in group.rows[0][1]] == ["花", "眠い", "落ち着いた"]


def inbox_options():
    return [inbox.YES, inbox.NO]
