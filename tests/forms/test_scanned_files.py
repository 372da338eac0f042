"""Files and the scanner: refused, closed until scanned, opened later (E34)."""

import pytest

from forms.models import Attachment, Submission
from forms.models.attachment import storage
from forms.services.files import scan_waiting
from staff.models import AuditEvent
from tests.exchange import files
from tests.forms.conftest import question
from tests.forms.test_files import (
    begun,
    received_file,
    send_page,
    stored,
    upload,
    with_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(publish):
    return with_file(publish([question("short_text", "name")]), types=["pdf", "text"])


@pytest.fixture
def scanner_down(settings, tmp_path):
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"


def test_an_infected_file_is_refused_and_the_rest_is_kept(form, scanner):
    journey = begun()
    send_page(
        journey,
        {"name": "甲"},
        uploads=[upload("悪い.txt", files.EICAR), upload("良い.pdf")],
    )
    assert "悪い.txt" in journey.errors[0]
    assert "ウイルス検査" in journey.errors[0]
    assert journey.value("name") == ["甲"]
    assert [(a.name, a.scan_state) for a in Attachment.objects.all()] == [
        ("良い.pdf", "clean")
    ]
    assert len(stored()) == 1


def test_a_scanner_that_is_down_costs_the_sender_nothing_and_keeps_the_file_closed(
    form, scanner_down, django_capture_on_commit_callbacks
):
    journey = begun()
    send_page(journey, {"name": "甲"}, uploads=[upload()])
    assert not journey.errors
    with django_capture_on_commit_callbacks(execute=True):
        journey.walk({}).send()
    assert journey.receipt == Submission.objects.get().receipt
    file = Attachment.objects.get()
    assert file.scan_state == "pending"
    assert not file.may_be_opened
    assert scan_waiting() == 0


def test_staff_see_that_a_file_waits_and_open_it_once_it_was_scanned(
    log_in,
    referral,
    settings,
    tmp_path,
    clamd,
):
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"
    file = received_file(submission=referral.submission)
    Attachment.objects.update(scan_state="pending")
    url = f"/admin/files/{file.pk}/"
    page = log_in("intake").get(referral.get_admin_url()).content.decode()
    assert "検査待ち" in page
    assert url not in page
    assert log_in("intake").get(url).status_code == 404
    settings.CLAMD_URL = clamd.url
    assert scan_waiting() == 1
    page = log_in("intake").get(referral.get_admin_url()).content.decode()
    assert "検査済み" in page
    assert log_in("intake").get(url).status_code == 200


def test_files_from_before_there_was_a_scanner_close_until_it_saw_them(
    log_in,
    referral,
    scanner,
):
    file = received_file(submission=referral.submission)
    url = f"/admin/files/{file.pk}/"
    assert log_in("intake").get(url).status_code == 404
    assert scan_waiting() == 1
    assert log_in("intake").get(url).status_code == 200


def test_what_is_found_later_is_removed_and_written_down(
    referral,
    scanner,
    log_in,
    django_capture_on_commit_callbacks,
):
    file = received_file(submission=referral.submission)
    with open(storage.path(file.stored_as), "wb") as bytes_on_disk:
        bytes_on_disk.write(files.EICAR)
    with django_capture_on_commit_callbacks(execute=True):
        assert scan_waiting() == 1
    assert not stored()
    event = AuditEvent.objects.get(event="portal_forms.attachment.infected")
    assert event.record == referral.number
    page = log_in("intake").get(referral.get_admin_url()).content.decode()
    assert "ウイルスが見つかった" in page
    assert log_in("intake").get(f"/admin/files/{file.pk}/").status_code == 404


def test_a_file_the_scanner_cannot_look_into_stays_closed(
    referral,
    scanner,
    log_in,
):
    file = received_file(submission=referral.submission)
    with open(storage.path(file.stored_as), "wb") as bytes_on_disk:
        bytes_on_disk.write(b"x" * 3 * 1024 * 1024)
    scan_waiting()
    page = log_in("intake").get(referral.get_admin_url()).content.decode()
    assert "検査不可" in page
    assert log_in("intake").get(f"/admin/files/{file.pk}/").status_code == 404
