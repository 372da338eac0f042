"""Files with the answers: kept at every step, moved at the sending, closed to all."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from exchange import receiving
from forms.answers import answer, pages_of
from forms.compiler import digest_of
from forms.models import Attachment, Draft, FormVersion, Submission
from forms.models.attachment import storage
from forms.services import forget_expired_drafts
from forms.services.files import sweep_orphans
from staff.models import AuditEvent
from tests.exchange import files
from tests.factories import ReferralFactory
from tests.forms.conftest import question, when, yes_no
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db(transaction=False)


def file_question(code="papers", **more):
    return {
        "key": f"f_{code}",
        "code": code,
        "type": "file",
        "label": f"添付{code}",
        "help": "",
        "required": False,
        "when": None,
        **more,
    }


def with_file(form, page: int = 0, **more):
    """Add a question for files to the latest version of a small form."""
    document = form.latest_version().document
    document["pages"][page]["fields"].append(file_question(**more))
    FormVersion.objects.create(
        form=form,
        number=form.latest_version().number + 1,
        document=document,
        sha256=digest_of(document),
    )
    return form


@pytest.fixture
def form(publish):
    """One page with a text and files, one page more."""
    made = publish([question("short_text", "name")], [question("short_text", "more")])
    return with_file(made, types=["pdf", "image", "excel"], max_size_mb=2, max_count=3)


def upload(name="診断書.pdf", content=None):
    return SimpleUploadedFile(name, files.pdf() if content is None else content)


def send_page(journey, answers=None, *, uploads=(), button=None, code="papers"):
    data = journey.typed(answers or {}) | {f"f_{code}": list(uploads)}
    if button:
        data |= {button[0]: [button[1]]}
    return journey.follow(journey.client.post(journey.url, data))


def stored() -> list[Path]:
    return [path for path in Path(settings.PRIVATE_ROOT).rglob("*") if path.is_file()]


def begun() -> Journey:
    return Journey(slug="small").begin()


def test_files_are_sent_with_the_answers_and_named_in_every_rendering(
    form, django_capture_on_commit_callbacks
):
    journey = begun()
    send_page(
        journey,
        {"name": "甲"},
        uploads=[upload(), upload("絵.png", files.picture("PNG"))],
    )
    journey.next({"more": "乙"})
    assert "診断書.pdf（PDF・1 KB）" in journey.text
    with django_capture_on_commit_callbacks(execute=True):
        journey.send()
    submission = Submission.objects.get()
    kept = answer(submission, "papers")
    assert [part["name"] for part in kept] == ["診断書.pdf", "絵.png"]
    assert [a.submission for a in Attachment.objects.all()] == [submission] * 2
    assert Attachment.objects.first().content() == files.pdf()
    words = [item.text for page in pages_of(submission) for item in page.items]
    assert any("診断書.pdf（PDF・1 KB）" in text for text in words)


def test_a_file_stays_when_other_answers_are_wrong_and_is_removed_by_a_button(publish):
    form = publish([question("number", "age", required=True)])
    with_file(form)
    journey = begun()
    send_page(journey, {"age": "十二人"}, uploads=[upload()])
    assert journey.errors
    assert "診断書.pdf" in journey.text
    assert Attachment.objects.count() == 1
    button = journey.page.select_one("button[name=remove-file]")
    send_page(journey, button=("remove-file", button["value"]))
    assert "診断書.pdf" not in journey.text
    assert journey.value("age") == ["十二人"], "what was typed stays"
    assert not journey.errors, "nothing else is judged by that button"
    assert Attachment.objects.count() == 0


def test_a_file_is_attached_on_the_spot_without_javascript(form):
    journey = begun()
    send_page(
        journey, {"name": "甲"}, uploads=[upload()], button=("attach", "f_papers")
    )
    assert "/1/" in journey.url
    assert "診断書.pdf" in journey.text
    assert journey.value("name") == ["甲"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "受け付けられるのは"),
        ("a.pdf", files.HTML, "合っていません"),
        ("大きい.pdf", files.pdf() + b"\n" * 2_200_000 + b"%%EOF", "大きすぎます"),
        ("マクロ.xlsx", files.macro_spreadsheet(), "マクロ"),
    ],
)
def test_what_is_not_taken_is_said_and_everything_else_is_kept(
    form, name, content, reason
):
    journey = begun()
    good = upload("良い.pdf")
    send_page(journey, {"name": "甲"}, uploads=[upload(name, content), good])
    assert [e for e in journey.errors if name in e and reason in e]
    assert "良い.pdf" in journey.text
    assert journey.value("name") == ["甲"]
    journey.next()
    assert "/2/" in journey.url, "a file that was not taken does not hold up the form"


def test_no_more_files_than_the_question_takes(form):
    journey = begun()
    send_page(journey, uploads=[upload(f"{n}.pdf") for n in range(4)])
    assert Attachment.objects.count() == 3
    assert "3個まで" in journey.errors[0]


def test_a_request_that_is_too_large_keeps_the_answers(form, monkeypatch):
    monkeypatch.setattr(receiving, "LARGEST_REQUEST", 1_500_000)
    large = files.pdf() + b"\n" * 1_000_000 + b"%%EOF"
    journey = begun()
    send_page(
        journey,
        {"name": "甲"},
        uploads=[upload("一.pdf", large), upload("二.pdf", large)],
    )
    assert "合計" in journey.errors[0]
    assert "二.pdf" in journey.errors[0]
    assert "一.pdf" in journey.text
    assert journey.value("name") == ["甲"]


@pytest.mark.parametrize("where", ["temporary", "private"])
def test_a_full_disk_takes_no_file_says_so_and_keeps_what_was_typed(
    form, monkeypatch, where
):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if where == "temporary":
        monkeypatch.setattr(receiving.tempfile, "SpooledTemporaryFile", full)
    else:
        monkeypatch.setattr("exchange.storage.os.fsync", full)
    journey = begun()
    send_page(journey, {"name": "甲"}, uploads=[upload()])
    assert "空きが足りない" in journey.errors[0]
    assert journey.value("name") == ["甲"]
    assert not Attachment.objects.exists()
    assert not stored(), "nothing half written is left"


def test_a_file_on_a_page_that_became_irrelevant_goes_with_its_bytes(
    publish, django_capture_on_commit_callbacks
):
    form = publish(
        [yes_no("has")],
        when("has", "is", "yes", title="書類", fields=[question("short_text", "what")]),
    )
    with_file(form, page=1)
    journey = begun().next({"has": "yes"})
    send_page(journey, {"what": "検査"}, uploads=[upload()])
    assert len(stored()) == 1
    journey.open(journey.draft_address + "1/").next({"has": "no"})
    assert len(stored()) == 1, "kept in the draft, should the person change her mind"
    with django_capture_on_commit_callbacks(execute=True):
        journey.walk({}).send()
    assert Submission.objects.count() == 1
    assert not Attachment.objects.exists()
    assert not stored()


def test_each_row_of_a_group_keeps_its_own_files(publish):
    form = publish([question("short_text", "name")])
    document = form.latest_version().document
    inner = [{**file_question("card"), "key": "f_card"}]
    group = file_question("kids", fields=inner, min_rows=2, row_title="きょうだい#")
    document["pages"][0]["fields"].append({**group, "type": "repeat"})
    FormVersion.objects.create(
        form=form, number=9, document=document, sha256=digest_of(document)
    )
    journey = begun()
    one, other = (f"f_kids-r{n}-f_card" for n in (1, 2))
    data = journey.typed({"name": "甲"})
    data |= {one: [upload("一.pdf")], other: [upload("二.pdf"), upload("悪.exe")]}
    journey.follow(journey.client.post(journey.url, data))
    assert "悪.exe" in journey.errors[0]
    journey.next()
    assert "一.pdf" in journey.text
    journey.send()
    rows = answer(Submission.objects.get(), "kids")
    names = [[file["name"] for file in row["card"]] for row in rows]
    assert names == [["一.pdf"], ["二.pdf"]]
    assert Attachment.objects.filter(submission__isnull=False).count() == 2


def test_a_forged_name_of_a_file_is_believed_by_nobody(form):
    other = begun()
    send_page(other, uploads=[upload("よそ.pdf")])
    foreign = str(Attachment.objects.get().uuid)
    journey = begun()
    data = journey.typed({"name": "甲"})
    data["f_papers"] = [f'[{{"id": "{foreign}", "name": "x", "size": 1}}]']
    data["remove-file"] = [foreign]
    journey.client.post(journey.url, data)
    mine = Draft.objects.order_by("-pk").first()
    assert mine.answers["f_papers"] == []
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("way", ["leave", "expiry"])
def test_a_draft_that_is_given_up_takes_its_files_along(
    form, way, django_capture_on_commit_callbacks
):
    journey = begun()
    send_page(journey, uploads=[upload()])
    with django_capture_on_commit_callbacks(execute=True):
        if way == "leave":
            journey.open(journey.draft_address + "leave/")
            journey.client.post(journey.url, journey.state())
        else:
            Draft.objects.update(expires_at=timezone.now() - timedelta(1))
            forget_expired_drafts(limit=10)
    assert not Attachment.objects.exists()
    assert not stored()


def test_bytes_stay_while_the_deletion_is_not_committed(form):
    journey = begun()
    send_page(journey, uploads=[upload()])
    with pytest.raises(RuntimeError), transaction.atomic():
        Draft.objects.all().delete()
        raise RuntimeError
    assert len(stored()) == 1


def test_bytes_without_a_row_are_swept_after_a_day(form, monkeypatch):
    journey = begun()
    send_page(journey, uploads=[upload()])
    storage.put(b"left by a process that died")
    assert sweep_orphans() == 0, "it may still be on its way"
    monkeypatch.setattr("forms.services.files.ORPHANED", timedelta(seconds=-1))
    assert sweep_orphans() == 1
    assert [path.name for path in stored()] == [
        Attachment.objects.get().stored_as.split("/")[1]
    ]


def test_a_file_tells_nothing_by_its_name_and_is_private_on_the_disk(form):
    journey = begun()
    send_page(journey, {"name": "甲"}, uploads=[upload()])
    (path,) = stored()
    assert re.fullmatch(r"[0-9a-f]{40}", path.name)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_one_who_fills_in_opens_a_file_and_nobody_else_can(form):
    journey = begun()
    send_page(journey, uploads=[upload()])
    uuid = Attachment.objects.get().uuid
    url = f"{journey.draft_address}files/{uuid}/"
    response = journey.client.get(url)
    assert response.content == files.pdf()
    assert response["Content-Disposition"].startswith("attachment;")
    assert "診断書" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store, private"
    other = begun()
    assert other.client.get(f"{other.draft_address}files/{uuid}/").status_code == 404
    for stranger in (Client(), other.client):
        assert stranger.get(url).status_code == 404
    for path in ("/media/attachments/", "/media/", "/documents/", "/private/"):
        name = Attachment.objects.get().stored_as
        assert Client().get(f"{path}{name}/", follow=True).status_code == 404


def received_file(**of) -> Attachment:
    content = files.pdf()
    return Attachment.objects.create(
        name="診断書.pdf",
        type="application/pdf",
        size=len(content),
        sha256="0" * 64,
        stored_as=storage.put(content),
        scan_state="unscanned",
        **of,
    )


def test_staff_open_a_file_of_what_they_may_see_and_it_is_written_down(
    db, log_in, referral
):
    file = received_file(submission=referral.submission)
    url = f"/admin/files/{file.pk}/"
    page = log_in("intake").get(referral.get_admin_url()).content.decode()
    assert "診断書.pdf" in page
    assert "未検査" in page
    assert url in page
    response = log_in("intake").get(url)
    assert response.content == files.pdf()
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    event = AuditEvent.objects.get(event="portal_forms.submission.file_downloaded")
    assert (event.record, event.detail) == (referral.number, {"file": file.pk})


@pytest.mark.parametrize(
    "who", ["operator", "form-editor", "editor", "admin", "auditor"]
)
def test_nobody_else_opens_a_file_by_its_number(db, log_in, referral, who):
    file = received_file(submission=referral.submission)
    browser = log_in(who)
    hidden = browser.get(f"/admin/files/{file.pk}/")
    missing = browser.get(f"/admin/files/{file.pk + 1}/")
    assert hidden.status_code == missing.status_code == 404


def test_one_school_does_not_open_a_file_of_another(db, log_in, referral):
    own = received_file(submission=referral.submission)
    foreign = ReferralFactory().submission
    other = received_file(submission=foreign)
    browser = log_in("school")
    url = "/status/{}/files/{}/"
    own_url = url.format(referral.number, own.uuid)
    assert browser.get(own_url).content == files.pdf()
    for receipt, file in [
        (foreign.receipt, other),
        (referral.number, other),
        (foreign.receipt, own),
    ]:
        assert browser.get(url.format(receipt, file.uuid)).status_code == 404
    assert log_in("group").get(own_url).status_code == 404
    assert Client().get(own_url)["Location"] == "/status/?over=1"


def test_a_received_file_is_neither_changed_nor_deleted(referral):
    file = received_file(submission=referral.submission)
    for change in (
        lambda: Attachment.objects.update(sha256="1" * 64),
        lambda: Attachment.objects.update(name="ほか.pdf"),
        lambda: file.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    Attachment.objects.update(scan_state="clean")
