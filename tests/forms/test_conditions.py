"""Answers to questions that are not asked: kept in the draft, sent nowhere."""

import json
import logging
from datetime import UTC, datetime

import pytest

from exchange.models import OutboxItem
from forms.answers import pages_of
from forms.compiler import compile_form
from forms.documents import copy_of
from forms.exports import Export, cell
from forms.models import Draft, IndexedAnswer, Submission
from staff.models import AuditEvent, Unit
from tests.factories import UnitFactory
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import REFERRAL, Journey, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(publish):
    asked = when("a", "is", "yes", required=True, slot="kind")
    hidden = question("short_text", "why", "理由", **asked)
    return publish([yes_no("a", "困っている", required=True), hidden])


def journey_of(client):
    return Journey(client, "small").begin()


def everywhere() -> str:
    rows = [
        *Submission.objects.values("answers"),
        *IndexedAnswer.objects.values(),
        *OutboxItem.objects.values("payload"),
        *AuditEvent.objects.values("detail", "record"),
        *Draft.objects.values("answers"),
    ]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_a_required_question_that_is_not_asked_blocks_nobody(form, client):
    journey = journey_of(client).next({"a": "no"})
    assert journey.page.select_one("main dl") and "理由" not in journey.text
    journey.send()
    submission = Submission.objects.get()
    assert [item.code for page in pages_of(submission) for item in page.items] == ["a"]
    assert len(submission.answers) == 1
    paper = words_of(copy_of(submission))
    assert "困っている" in paper and "理由" not in paper


def test_an_answer_that_is_not_there_is_an_empty_cell(form, client):
    journey_of(client).next({"a": "no"}).send()
    keys = [Submission.objects.get().pk]
    export = Export(form, keys, with_sensitive=True)
    table = export.union()
    (row,) = (row for record in export.records() for row in table.rows_of(record))
    cells = dict(zip(table.headings, row, strict=True))
    assert (cells["困っている"], cells["理由"]) == ("いいえ", "")
    known = export.questions[export.versions[0].pk].values()
    assert [cell(question, None) for question in known] == ["", ""]


def test_a_forged_answer_to_a_hidden_question_is_stored_nowhere(form, client, caplog):
    caplog.set_level(logging.INFO)
    journey = journey_of(client).next({"a": "no", "why": "秘密"})
    assert "秘密" not in journey.text
    journey.send()
    assert "秘密" not in everywhere() + caplog.text


@pytest.mark.parametrize(("month", "day", "is_over"), [(1, 1, True), (1, 2, False)])
def test_today_begins_at_midnight_in_japan(
    publish, client, monkeypatch, month, day, is_over
):
    publish(
        [
            question("date", "d", "期限"),
            question("short_text", "why", "理由", **when("d", "at_most", "今日")),
        ]
    )
    half_past_midnight = datetime(2025, 12, 31, 15, 30, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: half_past_midnight)
    journey = journey_of(client).next({"d": ("2026", str(month), str(day))})
    assert journey.is_shown("why") == is_over


def test_a_changed_mind_is_offered_the_earlier_text_again(form, client):
    journey = journey_of(client).next({"a": "yes"}).next({"why": "元の文"})
    assert "元の文" in journey.text
    page = journey.draft_address + "1/"
    journey.open(page).next({"a": "no"})
    assert "元の文" not in journey.text
    journey.open(page).next({"a": "yes"})
    assert "元の文" in journey.text
    journey.open(page).next({"a": "no"}).send()
    assert "元の文" not in everywhere()


def test_a_question_called_up_without_javascript_is_shown_before_it_is_missed(
    form, client
):
    journey = journey_of(client)
    assert not journey.is_shown("why")
    journey.next({"a": "yes"})
    assert journey.is_shown("why")
    assert not journey.errors
    assert "項目が増えました" in journey.text
    assert not Submission.objects.exists()
    journey.next()
    assert journey.errors == ["「理由」を入力してください。"]


def test_an_answer_read_by_the_script_is_missed_at_once(form, client):
    journey = journey_of(client)
    shown = next(name for name in journey.state() if name.endswith("-shown"))
    journey.next({"a": "yes"}, **{shown: "1"})
    assert journey.errors == ["「理由」を入力してください。"]


def test_sending_past_the_pages_is_answered_with_the_first_page_at_fault(form, client):
    journey = journey_of(client)
    journey.open(journey.draft_address + "review/")
    assert journey.errors == ["「困っている」を選んでください。"]
    journey.send()
    assert journey.url.split("?")[0].endswith("/1/")
    assert journey.errors == ["「困っている」を選んでください。"]
    assert not Submission.objects.exists()


def test_numbers_are_compared_as_numbers_whatever_their_width(publish, client):
    publish(
        [
            question("number", "days", "日数"),
            question("short_text", "why", "理由", **when("days", "greater", "9")),
        ]
    )
    journey = journey_of(client).next({"days": "１０"})
    assert journey.is_shown("why")


def test_choices_with_a_comma_of_their_own_are_named_in_one_piece(definition_of):
    labels = ["1,000円未満", "見学、相談", "なし"]
    options = [{"code": f"c{at}", "label": label} for at, label in enumerate(labels)]
    asked = question("radio", "fee", "費用", options=options)
    about = when("fee", "in", "見学、相談、1,000円未満, なし")
    compiled = compile_form(
        definition_of([asked, question("short_text", "b", **about)])
    )
    assert compiled.problems == []
    first, second = compiled.document["pages"][0]["fields"]
    keys = {option["label"]: option["key"] for option in first["options"]}
    assert second["when"]["all"][0]["value"] == [
        keys["見学、相談"],
        keys["1,000円未満"],
        keys["なし"],
    ]
    gone = when("fee", "in", "なし、1,000円以上")
    wrong = definition_of([asked, question("short_text", "b", **gone)])
    assert any("「1」" in text for text in compile_form(wrong).problems)


def test_a_handler_that_fails_leaves_nothing_behind(form, client):
    journey = journey_of(client).next({"a": "no"})

    def broken(submissions):
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("forms.services.submissions.handle", broken)
        journey.send()
    assert not Submission.objects.exists()
    assert Draft.objects.get().answers
    assert journey.send().receipt.endswith("-0001")


def test_a_refusal_of_the_handler_is_said_and_nothing_is_lost(journey):
    journey.begin().walk(REFERRAL)
    Unit.objects.all().delete()
    journey.follow(journey.client.post(journey.url, journey.state()))
    assert "受け付けられませんでした" in journey.text
    assert journey.page.title.string.startswith("エラー：")
    assert not Submission.objects.exists()
    UnitFactory(function="intake")
    assert journey.send().receipt.endswith("-0001")
