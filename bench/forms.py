"""How many forms a second are accepted, beside Wagtail's own form page.

See bench/README.md. Both answer sixteen clients on the same machine, in turns; only the
ratios of one run count. Ours is the last POST of the referral form: submission, index,
referral, outbox and audit event in one durable transaction. Wagtail's is a page with
fifteen fields on the settings that ``wagtail start`` writes, behind gunicorn as in its
container; who sends it opens the page first, and waits for both.
"""

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.pages import PYTHON, bare, gunicorn, portal
from bench.processes import Target, cpu_seconds, free_port, run

CLIENTS = 16
FORM = "referral"
GOALS = {"wagtail form page": 6, "directus item": 5, "directus item, by policy": 5}
GOAL_P95 = 0.2
DRAFTS = """
import json
from django.db import transaction
from forms.generated import generated
from forms.models import FormDefinition
from forms.services import start_draft
form = FormDefinition.objects.get(slug=%r)
document = form.latest_version().document
typed, reading = next(
    found for found in (generated(document, "any", seed) for seed in range(200))
    if not found[1].errors
)
made = []
with transaction.atomic():
    for number in range(%d):
        draft, key = start_draft(form, by=None)
        draft.answers = typed
        draft.save()
        made.append([str(draft.uuid), key])
open(%r, "w").write(json.dumps(made))
"""
MODELS = """
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField


class FormField(AbstractFormField):
    page = ParentalKey(
        "FormPage", related_name="form_fields", on_delete=models.CASCADE
    )


class FormPage(AbstractEmailForm):
    content_panels = AbstractEmailForm.content_panels + [InlinePanel("form_fields")]
"""
PAGE = """
from wagtail.models import Page
from enquiry.models import FormField, FormPage
page = FormPage(title="Enquiry", slug="enquiry")
Page.objects.get(slug="home").add_child(instance=page)
for number in range(15):
    kind = "multiline" if number % 5 == 4 else "singleline"
    FormField.objects.create(
        page=page, sort_order=number, label=f"Question {number}", field_type=kind,
        required=True,
    )
page.save_revision().publish()
"""
TEMPLATE = (
    "<form method=post>{% csrf_token %}{{ form.as_p }}<button>Send</button></form>"
)


@dataclass
class Round:
    """What sixteen clients saw in one round."""

    accepted: int = 0
    errors: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1] * 1000


def shell(code: str, target: Target) -> None:
    words = [PYTHON, "manage.py", "shell", "-c", code]
    run(words, cwd=target.cwd, env=os.environ | target.env)


class Ours:
    """The review page of drafts that are ready to be sent."""

    name = "ours"
    asked_first = ""

    def __init__(self, here: Path, target: Target, drafts: int) -> None:
        self.target, kept = target, here / "drafts.json"
        shell(DRAFTS % (FORM, drafts, str(kept)), target)
        self.drafts = json.loads(kept.read_text())

    def get_ready(self) -> None:
        """Nothing more: it is as served."""

    def next(self) -> tuple[str, str, dict[str, str]] | None:
        try:
            number, key = self.drafts.pop()
        except IndexError:
            return None
        return f"/forms/{FORM}/{number}/review/", f"draft_key={key}", {}

    def is_accepted(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.1 303 ") and b"/done/" in answer


class Wagtails:
    """The same answers to Wagtail's form page, again and again."""

    name = "wagtail, POST only"
    asked_first = ""

    def __init__(self, here: Path) -> None:
        self.target = bare(here, gunicorn)
        folder = self.target.cwd
        run([PYTHON, "manage.py", "startapp", "enquiry"], cwd=folder)
        (folder / "enquiry/models.py").write_text(MODELS)
        (folder / "enquiry/templates/enquiry").mkdir(parents=True)
        for name in ("form_page", "form_page_landing"):
            file = folder / f"enquiry/templates/enquiry/{name}.html"
            file.write_text(TEMPLATE if name == "form_page" else "Thank you.")
        settings = folder / "mysite/settings/bench.py"
        settings.write_text(settings.read_text() + "INSTALLED_APPS += ['enquiry']\n")
        env = os.environ | self.target.env
        for words in (["makemigrations", "enquiry"], ["migrate"]):
            run([PYTHON, "manage.py", *words], cwd=folder, env=env)
        shell(PAGE, self.target)
        self.body, self.headers = "", {}

    def get_ready(self) -> None:
        """One token for all: a real visitor asks for the page before."""
        asked = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=60)
        asked.request("GET", "/enquiry/")
        answer = asked.getresponse()
        page = answer.read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(.*?)"', page)[1]
        names = re.findall(r'name="(question_\d+)"', page)
        self.body = "&".join(
            [f"csrfmiddlewaretoken={token}", *(f"{n}=answer" for n in names)]
        )
        self.headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}

    def next(self):
        return "/enquiry/", self.body, self.headers

    def is_accepted(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.1 200 ") and b"Thank you" in answer


class Visitors:
    """The same by visitors who ask for the page first, as its token demands."""

    name = "wagtail form page"
    asked_first = "/enquiry/"

    def __init__(self, posting: Wagtails) -> None:
        self.target = posting.target
        self.next, self.is_accepted = posting.next, posting.is_accepted


class Directus:
    """An item of fifteen fields, by the token of an administrator.

    No page and no form, and nobody asks whether the sender may.
    """

    name = "directus item"
    asked_first = ""
    token = "only-for-this-bench"  # noqa: S105

    def __init__(self, here: Path, installed: Path) -> None:
        port = free_port()
        env = {
            "DB_CLIENT": "sqlite3",
            "DB_FILENAME": str(here / "directus.db"),
            "SECRET": "x" * 40,
            "ADMIN_EMAIL": "bench@example.com",
            "ADMIN_PASSWORD": "only-for-this-bench",
            "ADMIN_TOKEN": self.token,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "TELEMETRY": "false",
            "LOG_LEVEL": "error",
        }
        words = ["npx", "directus"]
        run([*words, "bootstrap"], cwd=installed, env=os.environ | env)
        path = "/server/ping"
        start = [*words, "start"]
        self.target = Target(self.name, start, port, path, env=env, cwd=installed)
        self.headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        self.body = json.dumps({f"q{number}": "answer" for number in range(15)})

    def get_ready(self) -> None:
        asked = {"meta": {"required": True}, "schema": {"is_nullable": False}}
        names = [f"q{number}" for number in range(15)]
        fields = [{"field": name, "type": "text", **asked} for name in names]
        collection = {"collection": "enquiry", "schema": {}, "meta": {}}
        self.make("collections", **collection, fields=fields)
        of_all = {"collection": "enquiry", "fields": ["*"], "permissions": {}}
        may = [{"action": action, **of_all} for action in ("create", "read")]
        policy = self.make("policies", name="sender", permissions={"create": may})
        person = {"email": "sender@example.com", "token": Senders.token}
        user = self.make("users", **person, status="active")
        self.make("access", user=user["id"], policy=policy["id"])

    def make(self, what: str, **body) -> dict:
        way = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=60)
        way.request("POST", f"/{what}", json.dumps(body), self.headers)
        if (answer := way.getresponse()).status != 200:
            sys.exit(f"Directus made no {what}: {answer.read()[:300]}")
        return json.loads(answer.read())["data"]

    def next(self):
        return "/items/enquiry", self.body, self.headers

    def is_accepted(self, answer: bytes) -> bool:
        return answer.startswith(b"HTTP/1.1 200 ") and b'"q14":"answer"' in answer


class Senders:
    """The same by somebody who is let do it by a policy, as who sends a form is."""

    name = "directus item, by policy"
    asked_first = ""
    token = "of-somebody-for-this-bench"  # noqa: S105

    def __init__(self, directus: Directus) -> None:
        self.target, self.body = directus.target, directus.body
        self.is_accepted = directus.is_accepted
        self.headers = directus.headers | {"Authorization": f"Bearer {self.token}"}

    def next(self):
        return "/items/enquiry", self.body, self.headers


class Way:
    """A connection kept open, in as little of the machine as can be: it is not ours."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: str = "", headers=None) -> bytes:
        """The whole answer, head and body."""
        words = {"Host": "127.0.0.1", "Content-Length": len(body)} | (headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in words.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
        answer = b""
        while not self.is_whole(answer):
            if not (part := self.socket.recv(65536)):
                return answer
            answer += part
        return answer

    @staticmethod
    def is_whole(answer: bytes) -> bool:
        head, end, body = answer.partition(b"\r\n\r\n")
        if length := re.search(rb"(?i)content-length: *(\d+)", head):
            return bool(end) and len(body) >= int(length[1])
        return body.endswith(b"0\r\n\r\n")


def one_round(sender, seconds: float) -> Round:
    """Sixteen clients for a while, each on a connection of its own."""
    found, lock = Round(), threading.Lock()
    end = time.monotonic() + seconds
    before = cpu_seconds(sender.target.process.pid)
    began = time.monotonic()

    def client() -> None:
        way = Way(sender.target.port)
        while time.monotonic() < end:
            wanted = sender.next()
            if wanted is None:
                return
            path, body, headers = wanted
            headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
            sent = time.monotonic()
            if sender.asked_first:
                way.ask("GET", sender.asked_first)
            answer = way.ask("POST", path, body, headers)
            waited = time.monotonic() - sent
            with lock:
                if sender.is_accepted(answer):
                    found.accepted += 1
                    found.waits.append(waited)
                else:
                    found.errors += 1

    clients = [threading.Thread(target=client) for _number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    found.seconds = time.monotonic() - began
    found.cpu = cpu_seconds(sender.target.process.pid) - before
    return found


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--seconds", type=float, default=4)
    words.add_argument("--drafts", type=int, help="if a thousand a second are too few")
    words.add_argument("--directus", type=Path, help="a folder that it is installed in")
    given = words.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ibasho-bench-") as folder,
        ExitStack() as end,
    ):
        here = Path(folder)
        served = portal(here)[0]
        wagtails = Wagtails(here)
        drafts = given.drafts or int(given.rounds * given.seconds * 1000)
        senders = [Ours(here, served, drafts), wagtails]
        if given.directus:
            senders.append(Directus(here, given.directus))
        for sender in senders:
            sender.target.start()
            end.callback(sender.target.stop)
            sender.get_ready()
        senders.append(Visitors(wagtails))
        senders += [Senders(each) for each in senders if isinstance(each, Directus)]
        found: dict[str, list[Round]] = {sender.name: [] for sender in senders}
        for number in range(given.rounds):
            for sender in senders if number % 2 else reversed(senders):
                found[sender.name].append(one_round(sender, given.seconds))
        if not senders[0].drafts:
            sys.exit("All drafts were sent before the end: see --drafts.")
        report(found)


def report(found: dict[str, list[Round]]) -> None:
    print(f"{'':26}{'accepted/s':>12}{'p95 ms':>10}{'CPU ms':>10}{'errors':>8}")
    for name, rounds in found.items():
        rate = statistics.median(r.rate for r in rounds)
        p95 = statistics.median(r.p95 for r in rounds)
        cpu = statistics.median(1000 * r.cpu / r.accepted for r in rounds)
        errors = sum(r.errors for r in rounds)
        print(f"{name:26}{rate:12.1f}{p95:10.1f}{cpu:10.2f}{errors:8}")
    print()
    for name in found.keys() - {"ours"}:
        rounds = list(zip(found["ours"], found[name], strict=True))
        ratio = statistics.median(a.rate / b.rate for a, b in rounds)
        wait = statistics.median(a.p95 / b.p95 for a, b in rounds)
        goal = GOALS.get(name, "none")
        print(f"accepted a second, ours / {name}: {ratio:.2f}  goal {goal}")
        print(f"p95 of one sending, ours / {name}: {wait:.2f}  goal {GOAL_P95}")


if __name__ == "__main__":
    main()
