"""Large exports: made by the worker, for the asker alone, for a day; clear when not."""

import csv
import errno
import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from exchange.models import OutboxItem
from exchange.services import run_due
from forms.models import AnswerExport, AnswerGrant, Submission, SubmissionEvent
from forms.models.export import kept_exports
from forms.services import export_jobs
from forms.services.export_jobs import ask_for, make_waiting, sweep_exports
from forms.services.exporting import Wish
from forms.services.retention import run_retention
from portal.backup.services import _uploaded
from staff.models import AuditEvent, Unit
from tests.forms import inbox

pytestmark = pytest.mark.django_db
PAGES = ["detail", "file", "again", "give_up"]


@pytest.fixture
def consult(cast, settings, tmp_path):
    """A form of which the intake desk may export the three answers."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    version = inbox.version(inbox.form())
    unit = Unit.objects.get(function=Unit.Function.INTAKE)
    inbox.grant(version.form, unit=unit, can_export=True)
    for _at in range(3):
        inbox.received(version)
    return version.form


@pytest.fixture
def asked(consult, log_in, monkeypatch):
    """``asked("csv")``: an export so large that the worker has to make it."""
    monkeypatch.setattr("forms.views.exporting.AT_ONCE", 2)
    client = log_in("intake")

    def ask(file_format="csv", **more) -> AnswerExport:
        data = {"form": consult.pk, "file_format": file_format, **more}
        answer = client.post(reverse("inbox:export"), data)
        job = AnswerExport.objects.first()
        assert answer.url == job.get_admin_url()
        return job

    ask.client = client
    return ask


def stored() -> list[Path]:
    return [path for path in Path(kept_exports.location).rglob("*") if path.is_file()]


def address(job, page="file") -> str:
    return reverse(f"answer-exports:{page}", args=[job.pk])


def renewed(job) -> AnswerExport:
    return AnswerExport.objects.get(pk=job.pk)


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_large_export_waits_for_the_worker_and_is_written_down_when_asked(asked):
    job = asked()
    page = asked.client.get(job.get_admin_url()).content.decode()
    assert "順番待ち" in page and "今の状態を表示する" in page
    assert not stored()
    event = AuditEvent.objects.get(event="portal_forms.answerexport.asked")
    assert (event.action, event.detail["count"], event.record) == (
        "export",
        3,
        str(job),
    )
    assert event.detail["filter"] == {"form": str(job.form_id)}
    assert not SubmissionEvent.objects.filter(kind="exported").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "cp932"])
def test_the_worker_makes_it_and_the_asker_saves_it(asked, kind):
    job = asked(kind)
    call_command("worker", once=True)
    page = asked.client.get(job.get_admin_url()).content.decode()
    assert "ファイルを保存" in page
    answer = asked.client.post(address(job))
    content = body(answer)
    assert len(content) == renewed(job).size
    assert "attachment" in answer["Content-Disposition"]
    if kind == "csv":
        text = content.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text, newline="")))) == 4
    if kind == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(content))["全件"].max_row == 4
    if kind == "cp932":
        assert "〓" in page and "Shift_JIS" in page
    event = AuditEvent.objects.get(event="portal_forms.submission.exported")
    assert (event.detail["count"], event.detail["format"]) == (3, kind)
    for _twice in range(2):
        run_due(10)
        OutboxItem.objects.update(done_at=None)
    assert SubmissionEvent.objects.filter(kind="exported").count() == 3


def test_a_second_saving_is_written_down_and_no_history_is_written_twice(asked):
    job = asked()
    make_waiting()
    body(asked.client.post(address(job)))
    body(asked.client.post(address(job)))
    run_due(10)
    events = AuditEvent.objects.filter(event="portal_forms.submission.exported")
    assert events.count() == 2
    assert SubmissionEvent.objects.filter(kind="exported").count() == 3


def test_a_small_export_is_still_there_at_once(asked, monkeypatch):
    monkeypatch.setattr("forms.views.exporting.AT_ONCE", 3)
    data = {"form": Submission.objects.first().form_id, "file_format": "csv"}
    assert asked.client.post(reverse("inbox:export"), data).streaming
    assert not AnswerExport.objects.exists()


@pytest.mark.parametrize(
    "who", ["head", "caseworker", "form-editor", "admin", "school"]
)
def test_for_everybody_else_the_number_is_unknown(asked, log_in, who, consult):
    inbox.grant(consult, role="centre_head", can_act=True, can_export=True)
    job = asked()
    make_waiting()
    client = log_in(who)
    for page in PAGES:
        answer = client.post if page != "detail" else client.get
        assert answer(address(job, page)).status_code in (404, 302), page
    assert renewed(job).state == "ready"


def test_who_has_lost_the_right_does_not_get_the_file(asked):
    job = asked()
    make_waiting()
    AnswerGrant.objects.update(can_export=False)
    assert asked.client.post(address(job)).status_code == 404


def test_a_file_with_a_row_that_was_closed_since_does_not_leave(asked, monkeypatch):
    job = asked()
    make_waiting()
    gone = Submission.objects.first().pk
    allowed = Submission.objects.all().exclude(pk=gone)
    monkeypatch.setattr(
        "forms.querysets.SubmissionQuerySet.exportable_by", lambda self, user: allowed
    )
    answer = asked.client.post(address(job), follow=True)
    assert "いまは書き出せない回答" in answer.content.decode()
    assert not AuditEvent.objects.filter(
        event="portal_forms.submission.exported"
    ).exists()


def test_rows_that_were_closed_before_it_is_made_stay_out(asked, monkeypatch):
    job = asked()
    gone = Submission.objects.first().pk
    allowed = Submission.objects.all().exclude(pk=gone)
    monkeypatch.setattr(
        "forms.querysets.SubmissionQuerySet.exportable_by", lambda self, user: allowed
    )
    make_waiting()
    assert renewed(job).count == 2
    assert gone not in renewed(job).keys


def test_what_a_killed_worker_left_is_begun_anew_once_its_lease_is_over(
    asked, monkeypatch
):
    job = asked()

    def killed(*args):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(export_jobs, "make", killed)
        make_waiting()
    assert renewed(job).state == "running"
    make_waiting()
    assert renewed(job).state == "running"
    AnswerExport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    make_waiting()
    assert renewed(job).state == "ready"
    assert len(stored()) == 1


def test_what_kills_its_worker_each_time_ends_and_can_be_tried_again(
    asked, monkeypatch
):
    job = asked()

    def killed(*args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(export_jobs, "make", killed)
        for _at in range(3):
            with pytest.raises(SystemExit):
                make_waiting()
            AnswerExport.objects.update(leased_until=timezone.now() - timedelta(1))
        make_waiting()
    assert (renewed(job).state, renewed(job).problem) == ("failed", "stopped")
    page = asked.client.get(job.get_admin_url()).content.decode()
    assert "何度も止まりました" in page and "もう一度作成する" in page
    asked.client.post(address(job, "again"))
    make_waiting()
    assert renewed(job).state == "ready"


def test_a_full_disk_is_told_at_once_and_leaves_nothing(asked, monkeypatch):
    job = asked()

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("exchange.storage.shutil.copyfileobj", full)
        make_waiting()
    assert (renewed(job).state, renewed(job).problem) == ("failed", "no_room")
    assert not stored()
    assert "空きが足りません" in asked.client.get(job.get_admin_url()).content.decode()
    asked.client.post(address(job, "again"))
    make_waiting()
    assert renewed(job).state == "ready"


def test_an_error_is_tried_again_by_itself_and_its_text_is_kept_nowhere(
    asked, monkeypatch, caplog
):
    job = asked()

    def broken(*args, **kwargs):
        raise ValueError("架空𠮷田")

    with monkeypatch.context() as patch:
        patch.setattr(export_jobs, "make", broken)
        make_waiting()
    found = renewed(job)
    assert (found.state, found.problem) == ("waiting", "broken")
    assert "架空" not in found.error + caplog.text
    make_waiting()
    assert renewed(job).state == "waiting"
    AnswerExport.objects.update(next_at=timezone.now())
    make_waiting()
    assert renewed(job).state == "ready"


def test_a_worker_that_is_told_to_stop_gives_it_back(asked, monkeypatch):
    job = asked()
    calls = iter([False, True])
    make_waiting(lambda: next(calls, True))
    found = renewed(job)
    assert (found.state, found.attempts, found.lease) == ("waiting", 0, "")


def test_the_page_says_how_far_it_is(asked, monkeypatch):
    job = asked()
    seen = []
    monkeypatch.setattr(export_jobs, "BEAT", 0)
    real = export_jobs.Beating.__call__

    def beat(self, done):
        real(self, done)
        seen.append(renewed(job).done)
        if done == 2:
            page = asked.client.get(job.get_admin_url()).content.decode()
            assert "3件のうち2件（66%）" in page

    monkeypatch.setattr(export_jobs.Beating, "__call__", beat)
    make_waiting()
    assert seen[:3] == [1, 2, 3]


def test_after_a_day_the_file_is_gone_and_the_page_says_so(
    asked, django_capture_on_commit_callbacks
):
    job = asked()
    with django_capture_on_commit_callbacks(execute=True):
        make_waiting()
        AnswerExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        refused = asked.client.post(address(job), follow=True)
        assert "もう保管していません" in refused.content.decode()
        sweep_exports()
    found = renewed(job)
    assert (found.state, found.keys, found.stored_as) == ("over", [], "")
    assert not stored()
    assert (
        "もう保管していません" in asked.client.get(job.get_admin_url()).content.decode()
    )
    AnswerExport.objects.update(asked_at=timezone.now() - timedelta(days=31))
    sweep_exports()
    assert not AnswerExport.objects.exists()


@pytest.mark.parametrize("act", ["anonymise", "delete"])
def test_when_answers_are_cleared_the_kept_files_of_their_form_go(
    asked, consult, act, django_capture_on_commit_callbacks
):
    job, second = asked(), asked("json")
    with django_capture_on_commit_callbacks(execute=True):
        make_waiting()
        waiting = asked("xlsx")
        consult.retention_days, consult.retention_act = 30, act
        consult.save()
        long_ago = timezone.now() - timedelta(days=31)
        inbox.received(consult.latest_version(), submitted_at=long_ago)
        run_retention(is_dry=True)
        assert len(stored()) == 2
        run_retention()
    for one in (job, second, waiting):
        assert (renewed(one).state, renewed(one).problem) == ("over", "cleared")
    assert not stored()
    make_waiting()
    assert not stored()


def test_what_is_cleared_while_it_is_being_made_is_not_kept(asked, monkeypatch):
    job = asked()
    real = export_jobs.make

    def make(*args):
        made = real(*args)
        export_jobs.drop_exports_of(job.form)
        return made

    monkeypatch.setattr(export_jobs, "make", make)
    make_waiting()
    assert renewed(job).state == "over"
    assert not stored()


def test_one_may_stop_it_and_delete_it(asked):
    job = asked()
    asked.client.post(address(job, "give_up"))
    make_waiting()
    assert renewed(job).state == "over"
    assert AuditEvent.objects.filter(
        event="portal_forms.answerexport.given_up"
    ).exists()


def test_only_a_few_are_made_at_once_for_one_person(asked, consult, cast):
    for _at in range(3):
        asked()
    keys = list(Submission.objects.values_list("pk", flat=True))
    with pytest.raises(ValidationError, match="3件"):
        ask_for(Wish(consult, "csv"), keys, by=cast["intake"])


def test_a_sensitive_reason_and_the_chosen_sheet_reach_the_worker(asked):
    job = asked(with_sensitive="on", reason="会議の資料", version="項目一覧")
    make_waiting()
    lines = body(asked.client.post(address(job))).decode("utf-8-sig").splitlines()
    assert "項目コード" in lines[0]
    event = AuditEvent.objects.get(event="portal_forms.submission.exported")
    assert event.detail["reason"] == "会議の資料"


def test_a_backup_does_not_keep_what_lives_a_day(asked):
    asked()
    make_waiting()
    assert len(stored()) == 1
    assert not [name for name, _path in _uploaded() if "exports" in name]
