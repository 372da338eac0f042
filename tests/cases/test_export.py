"""The list of referrals as a spreadsheet: what one may see, and no narrative."""

import io

import openpyxl
import pytest
from django.urls import reverse

from cases.models import Referral
from staff.models import AuditEvent
from tests.factories import ReferralFactory

pytestmark = pytest.mark.django_db


def sheet_of(client, **choices):
    address = reverse("exchange:export", args=["referrals"])
    answer = client.post(address, {"file_format": "xlsx", **choices})
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_the_programme_exports_what_it_sees_without_the_check(log_in, received):
    hidden = ReferralFactory(restricted=True)
    cells = sheet_of(log_in("programme"))

    text = str(cells)
    assert received.number in text
    assert received.partner.name in text
    assert hidden.number not in text
    assert len(cells[0]) == 6
    for word in ("𠮷田", "花子", "夕食"):
        assert word not in text


def test_a_case_worker_gets_the_check_as_well(log_in, received):
    cells = sheet_of(log_in("intake"))

    assert len(cells[0]) == 7
    assert cells[1][6] == received.get_council_check_display()


def test_the_days_narrow_the_export(log_in, received):
    received_on = {"received_from": "R8.11.20", "received_to": "令和8年11月20日"}
    assert len(sheet_of(log_in("intake"), **received_on)) == 2
    assert len(sheet_of(log_in("intake"), received_from="R8.11.21")) == 1


def test_an_export_is_in_the_audit_with_its_count(log_in, received, cast):
    sheet_of(log_in("programme"))

    event = AuditEvent.objects.get(event="referrals.exported")
    assert (event.action, event.by, event.detail["count"]) == (
        "export",
        cast["programme"],
        1,
    )


@pytest.mark.parametrize("who", ["operator", "head", "auditor", "admin", "school"])
def test_others_export_nothing(log_in, received, who):
    address = reverse("exchange:export", args=["referrals"])
    answer = log_in(who).post(address, {"file_format": "xlsx"})

    assert answer.status_code in (302, 403, 404)
    assert not AuditEvent.objects.filter(action="export").exists()


def test_nothing_is_imported(log_in, received):
    address = reverse("exchange:import", args=["referrals"])
    file = io.BytesIO(b"number\nR8-0001\n")
    file.name = "x.csv"
    log_in("intake").post(address, {"file": file, "encoding": "auto"})

    assert Referral.objects.count() == 1
