"""People who send the referral form over the network, and what a portal then holds."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests
from bs4 import BeautifulSoup

from tests.forms.journey import REFERRAL, fields_for
from tests.serving import ROOT

# One in four is given up while nobody knows what became of it, and sent again at the
# end: with the same draft, as a person would who comes back to the open page.
LEFT_OPEN = 0.25
BEGIN = "import django, json, sys\ndjango.setup()\n"
OWN_FORM = (
    BEGIN
    + """
from forms import starters
from forms.models import FormDefinition
slug, added = sys.argv[1], json.loads(sys.argv[2])
data = starters.read("referral") | {"slug": slug}
data["pages"][-1]["fields"] += added
if not FormDefinition.objects.filter(slug=slug).exists():
    made = starters.as_definition(data)
    made.save()
    made.save_revision().publish()
"""
)
STORED = (
    BEGIN
    + """
import re
from collections import Counter
from exchange.models import OutboxItem
from cases.models import Referral
from forms.models import Submission, IndexedAnswer
from staff.models import AuditEvent
from staff.services import verify_audit
mails = Counter(re.search(r"R\\d+-\\d+", key)[0] for key in
    OutboxItem.objects.filter(channel="unit_mail").values_list("key", flat=True))
json.dump({
    "rows": list(Submission.objects.values_list("token", "receipt")),
    "referrals": list(Referral.objects.values_list("submission__receipt", flat=True)),
    "mails": mails,
    "events": Counter(AuditEvent.objects.filter(
        event="portal_forms.submission.received").values_list("record", flat=True)),
    "indexed": IndexedAnswer.objects.filter(slot="child_name").count(),
    "audit": verify_audit(),
}, sys.stdout)
"""
)


@dataclass
class Ledger:
    """What the clients know: receipts they were shown, sendings left in doubt."""

    shown: dict[str, str] = field(default_factory=dict)
    doubtful: list = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)


class Sender:
    """One person with one browser, patient with a server that goes away."""

    def __init__(self, base: str, posts: list[dict]):
        self.base, self.posts = base, posts
        self.session = requests.Session()

    def begin(self) -> None:
        start = f"{self.base}/forms/referral/"
        page = self.patiently("GET", start)
        token = BeautifulSoup(page.text, "html.parser").select_one("main form input")
        answer = self.patiently("POST", start, {"csrfmiddlewaretoken": token["value"]})
        self.draft = "/".join(answer.headers["Location"].split("/")[:4])
        self.uuid = self.draft.rsplit("/", 1)[1]
        (self.key,) = (c.value for c in self.session.cookies if c.name == "draft_key")
        for number, fields in enumerate(self.posts, 1):
            self.patiently("POST", self.url(f"{number}/"), self.keyed(fields))

    def url(self, page: str) -> str:
        return f"{self.base}{self.draft}/{page}"

    def keyed(self, fields: dict) -> dict:
        return fields | {"draft_key": self.key}

    def once(self, method: str, url: str, data: dict | None = None):
        answer = self.session.request(
            method, url, data=data, timeout=30, allow_redirects=False
        )
        if answer.status_code >= 500:
            raise requests.ConnectionError(str(answer.status_code))
        return answer

    def patiently(self, method: str, url: str, data: dict | None = None):
        for _attempt in range(200):
            try:
                return self.once(method, url, data)
            except requests.RequestException:
                time.sleep(0.1)
        raise TimeoutError(url)

    def send_once(self) -> bool:
        """Press the last button; False if nobody can say what became of it."""
        try:
            answer = self.once("POST", self.url("review/"), self.keyed({}))
        except requests.RequestException:
            return False
        assert answer.status_code == 303, answer.status_code
        assert "/done/" in answer.headers["Location"], answer.headers["Location"]
        return True

    def send(self) -> None:
        for _attempt in range(200):
            if self.send_once():
                return
            time.sleep(0.1)
        raise TimeoutError(self.draft)

    def receipt(self) -> str:
        page = self.patiently("GET", self.url("done/"))
        return BeautifulSoup(page.text, "html.parser").select_one("[data-receipt]").text


def posts_of(base: str) -> list[dict]:
    """The fields of each page of the referral form, learned from the pages once."""
    sender = Sender(base, [])
    sender.begin()
    posts = []
    for number in range(1, 6):
        page = sender.patiently("GET", sender.url(f"{number}/"))
        posts.append(fields_for(BeautifulSoup(page.text, "html.parser"), REFERRAL))
    return posts


def keep_sending(base: str, posts: list[dict], ledger: Ledger) -> None:
    try:
        while not ledger.is_over.is_set():
            sender = Sender(base, posts)
            sender.begin()
            if not sender.send_once():
                if random.random() < LEFT_OPEN:
                    ledger.doubtful.append(sender)
                    continue
                sender.send()
            ledger.shown[sender.uuid] = sender.receipt()
    except Exception as error:  # noqa: BLE001  a thread must report, not vanish
        ledger.broken.append(repr(error))


def ask(portal, script: str, *words: object):
    """What a script says of a running portal, from beside it."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        cwd=ROOT,
        env=portal.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout or "null")


def stored(portal) -> dict:
    return ask(portal, STORED)


def token_and_receipt(facts: dict) -> list[tuple[str, str]]:
    return [(token.removeprefix("draft:"), receipt) for token, receipt in facts["rows"]]


def own_form(portal, slug: str, added: Sequence[dict] = ()) -> None:
    """Publish the referral form under another address, with questions added to it.

    Other tests of the same portal change the referral form itself.
    """
    ask(portal, OWN_FORM, slug, json.dumps(added))
