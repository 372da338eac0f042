"""The real server is killed at random moments: no receipt is lost or doubled."""

import random
import threading
import time
from collections import Counter

import pytest

from tests.forms.senders import (
    Ledger,
    Sender,
    keep_sending,
    posts_of,
    stored,
    token_and_receipt,
)
from tests.serving import running_portal

pytestmark = pytest.mark.server

KILLS = 15
CLIENTS = 5


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
    assert len(set(Counter(facts["mails"]).values())) <= 1
    if facts["mails"]:
        assert set(facts["mails"]) == set(receipts)
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
