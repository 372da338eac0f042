"""The real server is killed at random moments: no receipt is lost or doubled."""

import random
import threading
import time

import pytest

from tests.forms.senders import (
    BEGIN,
    Ledger,
    Sender,
    ask,
    keep_sending,
    posts_of,
    stored,
    token_and_receipt,
)
from tests.serving import running_portal

pytestmark = pytest.mark.server

KILLS = 15
CLIENTS = 5
ROWS = 2500
# An export that is being made, and its worker gone without a word.
KILL_IN_THE_MIDDLE = (
    BEGIN
    + """
import os, signal, time
from django.db import transaction
from forms.models import AnswerExport
from forms.models.export import kept_exports
from forms.services.export_jobs import ask_for
from forms.services.exporting import Wish
from pathlib import Path
from staff.models import User
from tests.factories import SubmissionFactory
from tests.forms import inbox
rows, worker, by = int(sys.argv[1]), int(sys.argv[2]), User.objects.get(username="head")
form = inbox.form("many")
inbox.grant(form, user=by, can_export=True)
version = inbox.version(form)
with transaction.atomic():
    keys = [SubmissionFactory(version=version, partner=None, answers=inbox.ANSWERS,
        receipt=f"M1-{n:04d}", token=f"many-{n}").pk for n in range(rows)]
asked = ask_for(Wish(form, "xlsx"), keys, by=by)
job = AnswerExport.objects.filter(pk=asked.pk)
end = time.monotonic() + 60
while time.monotonic() < end and not job.filter(state="running", done__gt=0):
    time.sleep(0.01)
os.kill(worker, signal.SIGKILL)
time.sleep(0.5)
left = job.get()
json.dump({"job": left.pk, "state": left.state, "done": left.done,
    "files": [str(p) for p in Path(kept_exports.location).rglob("*") if p.is_file()],
    }, sys.stdout)
"""
)
# What the next worker makes of it once the lease of the dead one is over.
FINISH = (
    BEGIN
    + """
import io, openpyxl, time
from collections import Counter
from datetime import timedelta
from django.utils import timezone
from exchange.models import OutboxItem
from forms.models import AnswerExport, SubmissionEvent
from forms.models.export import kept_exports
from forms.services.export_jobs import HISTORY, hand_out
from pathlib import Path
from staff.models import AuditEvent, User
job = AnswerExport.objects.filter(pk=sys.argv[1])
early = job.get().state
job.update(leased_until=timezone.now() - timedelta(seconds=1))

def wait(for_what):
    end = time.monotonic() + 90
    while time.monotonic() < end and not for_what():
        time.sleep(0.2)

wait(lambda: job.get().state not in ("waiting", "running"))
made = job.get()
with hand_out(made, by=User.objects.get(username="head")) as file:
    sheet = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True)["全件"]
    receipts = Counter(row[0] for row in sheet.iter_rows(min_row=2, values_only=True))
wait(lambda: not OutboxItem.objects.filter(channel=HISTORY, done_at=None).exists())
events = SubmissionEvent.objects.filter(submission__in=made.keys, kind="exported")
json.dump({"early": early, "state": made.state, "attempts": made.attempts,
    "receipts": receipts,
    "files": [str(p) for p in Path(kept_exports.location).rglob("*") if p.is_file()],
    "events": Counter(events.values_list("submission__receipt", flat=True)),
    "left": AuditEvent.objects.filter(event="portal_forms.submission.exported",
        detail__form="many").count(),
    }, sys.stdout)
"""
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory, shared_folder):
    folder = tmp_path_factory.mktemp("portal") / "data"
    with running_portal(folder, shared_folder) as running:
        yield running


def test_no_receipt_is_lost_or_given_twice_by_a_server_that_is_killed(portal):
    ledger, posts = Ledger(), posts_of(portal.url)
    threads = [
        threading.Thread(
            target=keep_sending, args=(portal.url, posts, ledger), daemon=True
        )
        for _client in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        for _kill in range(KILLS):
            time.sleep(random.uniform(0.5, 2.5))
            portal.kill("web")
            portal.wait_until_ready()
    finally:
        ledger.is_over.set()
    for thread in threads:
        thread.join(timeout=120)
    assert not ledger.broken
    before = dict(token_and_receipt(stored(portal)))
    for sender in ledger.doubtful:
        sender.send()
        receipt = sender.receipt()
        assert before.get(sender.uuid, receipt) == receipt
        ledger.shown[sender.uuid] = receipt
    judge(stored(portal), ledger)


def judge(facts: dict, ledger: Ledger) -> None:
    """Shown and stored are the same; each has its referral, mail and event, once."""
    rows = token_and_receipt(facts)
    receipts = [receipt for _token, receipt in rows]
    assert len(ledger.shown) >= KILLS // 2
    assert dict(rows) == ledger.shown
    assert len(rows) == len(set(receipts)) == len(ledger.shown)
    assert sorted(facts["referrals"]) == sorted(receipts)
    assert facts["events"] == dict.fromkeys(receipts, 1)
    assert facts["indexed"] == len(rows)
    assert facts["mails"] == dict.fromkeys(receipts, 1)
    assert facts["audit"] == []


def test_sixteen_presses_of_the_last_button_at_once_are_one_submission(portal):
    sender = Sender(portal.url, posts_of(portal.url))
    sender.begin()
    before = len(stored(portal)["rows"])
    ready, receipts = threading.Barrier(16), []

    def press() -> None:
        twin = Sender(portal.url, [])
        twin.session.cookies.update(sender.session.cookies)
        twin.draft, twin.uuid, twin.key = sender.draft, sender.uuid, sender.key
        ready.wait()
        twin.send()
        receipts.append(twin.receipt())

    threads = [threading.Thread(target=press, daemon=True) for _press in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(receipts) == 16
    assert len(set(receipts)) == 1
    facts = stored(portal)
    assert len(facts["rows"]) == before + 1
    assert facts["events"][receipts[0]] == 1


def test_an_export_whose_worker_is_killed_is_finished_once_by_the_next(portal):
    left = ask(portal, KILL_IN_THE_MIDDLE, ROWS, portal.pids()["worker"])
    assert left["state"] == "running"
    assert 0 < left["done"] < ROWS
    assert left["files"] == [], "nothing half made lies about"
    made = ask(portal, FINISH, left["job"])
    assert made["early"] == "running", "nobody takes it while its lease is in force"
    assert (made["state"], made["attempts"]) == ("ready", 2)
    wanted = {f"M1-{n:04d}": 1 for n in range(ROWS)}
    assert made["receipts"] == wanted, "each row once"
    assert len(made["files"]) == 1
    assert made["events"] == wanted, "and once in its history"
    assert made["left"] == 1
