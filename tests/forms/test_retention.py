"""Answers go when their time is over, wholly and provably; held ones stay (F39)."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from exchange.models import OutboxItem
from forms.corrected import answer_today
from forms.exports import Export
from forms.models import (
    Attachment,
    Draft,
    IndexedAnswer,
    LegalHold,
    RetentionRun,
    Submission,
    SubmissionMessage,
)
from forms.services import ask_sender, look_up, reply
from forms.services.correcting import correct
from forms.services.retention import digest_of_receipt, hold, lift, run_retention
from staff.models import AuditEvent
from staff.services import verify_audit
from tests.forms import inbox
from tests.forms.conftest import question
from tests.forms.journey import REFERRAL, Journey
from tests.forms.test_files import send_page, stored, upload, with_file

pytestmark = pytest.mark.django_db

CANARY = "秘匿鳥籠太郎"


@pytest.fixture
def form(publish):
    made = publish(
        [question("short_text", "name", slot="child_name"), question("email", "mail")]
    )
    with_file(made)
    made.retention_days = 90
    made.save()
    return made


@pytest.fixture
def received(form, cast, django_capture_on_commit_callbacks):
    """A submission with everything that may hang from one."""
    with django_capture_on_commit_callbacks(execute=True):
        journey = Journey(slug="small").begin()
        typed = {"name": CANARY, "mail": "hitoku@example.jp"}
        send_page(journey, typed, uploads=[upload(f"{CANARY}.pdf")])
        journey.walk({}).send()
        submission = Submission.objects.get(receipt=journey.receipt)
        submission.password = journey.page.select_one("[data-password]").get_text()
        ask_sender(submission, f"{CANARY}のことを教えてください", by=cast["intake"])
        reply(submission, f"{CANARY}は元気です", [upload("返信.pdf")], token="t")
    return submission


def after(monkeypatch, days):
    then = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: then)


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    def once(**how):
        with django_capture_on_commit_callbacks(execute=True):
            return run_retention(**how)

    return once


def everything_stored() -> str:
    """Every cell of every table, as text."""
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own names
            cells += [str(row) for row in cursor.fetchall()]
    return "\n".join(cells)


def test_nothing_of_the_answers_is_left_and_the_number_counts_and_audit_stay(
    received, run, monkeypatch
):
    assert CANARY in everything_stored()
    assert len(stored()) == 2
    after(monkeypatch, 91)
    (proof,) = run()
    left = everything_stored()
    assert CANARY not in left
    assert "hitoku@example.jp" not in left
    assert not stored(), "the bytes on the disk are gone too"
    submission = Submission.objects.get()
    assert submission.receipt == received.receipt
    assert submission.answers == {}
    assert submission.anonymised_at
    assert look_up(received.receipt, received.password) is None
    for model in (Attachment, SubmissionMessage, IndexedAnswer, Draft):
        assert not model.objects.exists(), model
    assert not OutboxItem.objects.filter(done_at=None).exists()
    assert proof.counts["submissions"] == 1
    assert proof.counts["files"] == 2
    assert proof.digests == [digest_of_receipt(received.receipt)]
    assert AuditEvent.objects.filter(record=received.receipt).exists()
    assert verify_audit() == []


def test_what_is_left_of_the_draft_goes_within_its_month(
    received, form, run, monkeypatch
):
    form.retention_days = 5
    form.save()
    after(monkeypatch, 6)
    assert Draft.objects.open().exists()
    run()
    assert not Draft.objects.exists()
    assert Submission.objects.get().answers == {}


def test_a_second_run_changes_nothing_and_proves_nothing(received, run, monkeypatch):
    after(monkeypatch, 91)
    run()
    before = Submission.objects.get().anonymised_at
    assert run() == []
    assert Submission.objects.get().anonymised_at == before
    assert RetentionRun.objects.count() == 1


def test_nothing_goes_a_day_early(received, run, monkeypatch):
    after(monkeypatch, 89)
    assert run() == []
    assert Submission.objects.get().answers


def test_a_trial_run_says_what_would_go_and_clears_nothing(received, monkeypatch):
    after(monkeypatch, 91)
    said = io.StringIO()
    call_command("retention", "--dry-run", stdout=said)
    assert "submissions=1" in said.getvalue()
    assert "試行" in said.getvalue()
    assert Submission.objects.get().answers
    assert len(stored()) == 2
    assert RetentionRun.objects.get().is_dry


def test_a_hold_wins_until_it_is_lifted_or_over(received, form, run, cast, monkeypatch):
    inbox.grant(form, role="case_worker")
    with pytest.raises(ValidationError):
        hold(received, " ", by=cast["intake"])
    held = hold(received, "訴訟のため", by=cast["intake"])
    after(monkeypatch, 91)
    assert run() == []
    assert Submission.objects.get().answers
    lift(held, by=cast["intake"])
    until = timezone.localdate() + timedelta(days=5)
    hold(received, "照会への回答まで", by=cast["intake"], until=until)
    assert run() == []
    after(monkeypatch, 6)
    assert len(run()) == 1
    assert LegalHold.objects.count() == 2, "both stay as a record"


def test_what_became_a_referral_is_left_to_the_rules_of_the_matter(
    journey, run, monkeypatch
):
    journey.begin().walk(REFERRAL).send()
    submission = Submission.objects.get()
    submission.form.retention_days = 1
    submission.form.save()
    after(monkeypatch, 400)
    assert run() == []
    assert Submission.objects.get().answers == submission.answers


def test_forms_without_a_term_keep_their_answers(received, form, run, monkeypatch):
    form.retention_days = None
    form.save()
    after(monkeypatch, 4000)
    assert run() == []


def test_deleting_takes_the_row_too_where_nothing_names_it(
    received, form, run, monkeypatch
):
    form.retention_act = "delete"
    form.save()
    after(monkeypatch, 91)
    (proof,) = run()
    assert not Submission.objects.exists()
    assert proof.counts["deleted"] >= 1
    assert CANARY not in everything_stored()
    assert verify_audit() == []


def test_the_worker_clears_of_itself(received, monkeypatch):
    after(monkeypatch, 91)
    call_command("worker", "--once")
    assert Submission.objects.get().answers == {}


def test_the_database_lets_answers_be_cleared_once_and_nothing_else(received, form):
    now = timezone.now()
    rows = Submission.objects.filter(pk=received.pk)
    bare = {"anonymised_at": now, "look_up_hash": "", "submitted_by": None}
    for change in (
        {"answers": {}},
        {"answers": {"x": 1}, **bare},
        {"anonymised_at": now},
        {"look_up_hash": "0" * 64},
        {"submitted_by": None, "answers": {}},
        {"answers": {}, "anonymised_at": now},
        {"answers": {}, **bare, "receipt": "R8-1"},
        {"answers": {}, **bare, "submitted_at": now},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    for gone in (
        lambda: IndexedAnswer.objects.all().delete(),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            gone()
    rows.update(answers={}, **bare)
    for change in ({"answers": {"x": 1}}, {"anonymised_at": None}, {"sha256": "1"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_the_proof_is_neither_changed_nor_deleted(received, run, monkeypatch):
    after(monkeypatch, 91)
    run()
    for change in (
        lambda: RetentionRun.objects.update(counts={}),
        lambda: RetentionRun.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.fixture
def worked_on(received, form):
    """The intake desk works on the form, the programme only reads it."""
    inbox.grant(form, role="case_worker")
    inbox.grant(form, role="programme_manager", can_act=False)
    return received


def test_who_works_on_answers_keeps_them_and_lets_them_go_on_the_page(
    worked_on, run, log_in, monkeypatch
):
    page = reverse("inbox:detail", args=[worked_on.pk])
    address = reverse("inbox:hold", args=[worked_on.pk])
    desk = log_in("intake")
    assert "理由" in desk.post(address, {"reason": ""}).content.decode()
    past = {"reason": "開示請求の対応中", "until": "令和7年1月1日"}
    refusal = desk.post(address, past).content.decode()
    assert "開示請求の対応中" in refusal, "what was typed is kept"
    assert not LegalHold.objects.exists()
    assert desk.post(address, {"reason": "開示請求の対応中"}).url == page
    assert "開示請求の対応中" in desk.get(page).content.decode()
    after(monkeypatch, 91)
    assert run() == []
    held = LegalHold.objects.get()
    lifting = reverse("inbox:lift", args=[worked_on.pk])
    reader = log_in("programme")
    assert reader.get(page).status_code == 200
    assert address not in reader.get(page).content.decode()
    reader.post(address, {"reason": "読むだけの人"})
    reader.post(lifting, {"held": held.pk})
    assert LegalHold.objects.get().lifted_at is None
    desk = log_in("intake")
    assert desk.post(lifting, {"held": held.pk}).url == page
    assert LegalHold.objects.get().lifted_by.username == "intake"
    assert len(run()) == 1
    assert CANARY not in desk.get(page).content.decode()


def test_the_proofs_are_read_by_the_auditor_and_tell_of_a_known_number_alone(
    received, run, log_in, monkeypatch
):
    after(monkeypatch, 91)
    (proof,) = run()
    for who, status in (("auditor", 200), ("admin", 200), ("intake", 302)):
        assert log_in(who).get(reverse("retention:index")).status_code == status, who
    assert log_in("intake").get(proof.get_admin_url()).status_code == 404
    auditor = log_in("auditor")
    listed = auditor.get(reverse("retention:index")).content.decode()
    assert f'href="{proof.get_admin_url()}"' in listed
    page = auditor.get(proof.get_admin_url()).content.decode()
    assert proof.sha256 in page
    assert received.receipt not in page
    for number, answer in (
        (received.receipt, "含まれています"),
        ("R1-1", "含まれていません"),
    ):
        asked = auditor.post(proof.get_admin_url(), {"receipt": number})
        assert answer in asked.content.decode()


@pytest.fixture
def in_steps(publish, run, monkeypatch):
    """A form with an answer of each class, sent once; run it after so many days."""
    made = publish(
        [
            question("short_text", "name", slot="child_name"),
            question("long_text", "story", retention="short", slot="summary"),
            question("number", "age", retention="long"),
        ]
    )
    made.retention_short_days, made.retention_days = 30, 90
    made.save()
    journey = Journey(slug="small").begin()
    journey.walk({"name": CANARY, "story": "内緒の鳩", "age": "9"}).send()

    def later(days):
        after(monkeypatch, days)
        return run(), Submission.objects.get()

    return later


def answers_of(submission) -> set[str]:
    return {str(value) for value in submission.answers.values()}


def test_short_lived_answers_go_first_and_those_for_statistics_stay(in_steps):
    (proof,), submission = in_steps(31)
    assert answers_of(submission) == {CANARY, "9"}
    assert "内緒の鳩" not in everything_stored()
    assert (proof.act, proof.days, proof.counts["answers"]) == ("thin", 30, 1)
    assert submission.thinned_at
    assert not submission.anonymised_at
    runs, _same = in_steps(32)
    assert runs == [], "once"
    (proof,), submission = in_steps(100)
    assert proof.act == "anonymise"
    assert answers_of(submission) == {"9"}
    assert CANARY not in everything_stored()


def test_what_was_missed_goes_in_one_run_and_a_hold_stops_both(in_steps, cast):
    submission = Submission.objects.get()
    inbox.grant(submission.form, role="case_worker")
    held = hold(submission, "調査中", by=cast["intake"])
    runs, submission = in_steps(100)
    assert runs == []
    assert len(submission.answers) == 3
    lift(held, by=cast["intake"])
    runs, submission = in_steps(101)
    assert [proof.act for proof in runs] == ["thin", "anonymise"]
    assert answers_of(submission) == {"9"}


def test_the_database_lets_answers_go_and_never_change_or_come(in_steps):
    rows = Submission.objects.all()
    sent = rows.get().answers
    one = next(iter(sent))
    now = timezone.now()
    for wrong in (
        {"answers": {one: sent[one]}},
        {"answers": {**sent, one: "別"}, "thinned_at": now},
        {"answers": {**sent, "new": "別"}, "anonymised_at": now},
        {"sha256": "0" * 64},
        {"partner": None, "look_up_hash": "", "thinned_at": now},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**wrong)
    _runs, submission = in_steps(31)
    for wrong in ({"answers": {}}, {"thinned_at": None}, {"thinned_at": now}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**wrong)


def test_what_stays_for_statistics_is_the_corrected_answer_without_its_reason(
    in_steps, cast
):
    submission = Submission.objects.get()
    inbox.grant(submission.form, role="case_worker", can_act=True)
    keys = {value: key for key, value in submission.answers.items()}
    act = {"by": cast["intake"], "reason": "母に電話で聞いた"}
    correct(submission, key=keys["9"], typed="19", **act)
    correct(submission, key=keys["9"], typed="10", **act)
    correct(submission, key=keys[CANARY], typed="訂正した氏名", **act)
    _runs, submission = in_steps(100)
    assert submission.anonymised_at
    assert answer_today(submission, "age") == "10"
    assert submission.answers == {}
    row = submission.corrections.get()
    assert (row.value, row.reason) == ("10", "")
    stored = everything_stored()
    assert "母に電話" not in stored and "訂正した氏名" not in stored
    form = submission.form
    export = Export(form, [submission.pk], with_sensitive=True)
    assert [record.cells for record in export.records()] == [{keys["9"]: 10}]


def test_an_answer_that_was_taken_away_does_not_come_back_for_statistics(
    in_steps, cast
):
    submission = Submission.objects.get()
    inbox.grant(submission.form, role="case_worker", can_act=True)
    (key,) = [key for key, value in submission.answers.items() if value == "9"]
    correct(submission, key=key, typed="", by=cast["intake"], reason="誤り")
    _runs, submission = in_steps(100)
    assert submission.answers == {}
    assert answer_today(submission, "age") is None
