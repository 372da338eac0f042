"""Deliveries of a form: signed, tried again under one number, to no inner address."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from exchange import webhooks
from exchange.models import OutboxItem
from exchange.services import run_due
from forms.compiler import fields_of
from forms.deliveries import enqueue_deliveries
from forms.exports import moment
from forms.models import Draft, FormDelivery, Submission, SubmissionEvent
from forms.services import submit
from forms.services.correcting import correct
from staff.models import AuditEvent, Unit
from tests.forms import inbox
from tests.forms.conftest import question
from tests.forms.inbox import field
from tests.forms.journey import Journey

pytestmark = pytest.mark.django_db
QUESTION = question("short_text", "a", "設問")


class Receiver(BaseHTTPRequestHandler):
    """A web server that answers as it is told, and remembers what it was sent."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.got.append((dict(self.headers), self.rfile.read(length)))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()

    def log_message(self, *args):
        return


@pytest.fixture
def receiver(settings):
    """A real server on this machine, that the settings list as an inner host."""
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/in?of=form"
    settings.WEBHOOK_HOSTS = [f"127.0.0.1:{server.server_port}"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def version(cast):
    fields = [field("family"), field("kind"), field("secret", sensitive=True)]
    return inbox.version(inbox.form(), *fields)


def sent(version, **answers):
    given = {"f_family": "𠮷田", "f_kind": "相談", "f_secret": "極秘", **answers}
    submission = inbox.received(version, given)
    enqueue_deliveries(submission)
    return submission


def run_all():
    """Do what waits now, however long it would have to wait."""
    OutboxItem.objects.filter(done_at=None).update(next_at=timezone.now())
    return run_due(10)


def test_c24_three_failures_then_success_are_one_logical_delivery(version, receiver):
    one = FormDelivery.objects.create(form=version.form, url=receiver.url)
    receiver.answers = [500, 500, 500, 200]
    submission = sent(version)
    done = [run_all() for _attempt in range(5)]
    assert done == [0, 0, 0, 1, 0]
    numbers = {headers["X-Ibasho-Delivery"] for headers, _body in receiver.got}
    assert len(receiver.got) == 4
    assert len(numbers) == 1
    item = OutboxItem.objects.get(channel="form-webhook")
    assert item.done_at
    events = SubmissionEvent.objects.filter(kind="delivered")
    assert events.get().submission == submission
    headers, body = receiver.got[-1]
    expected = webhooks.signature(one.secret, headers["X-Ibasho-Timestamp"], body)
    assert headers["X-Ibasho-Signature"] == expected
    assert headers["X-Ibasho-Signature"] != webhooks.signature("x", "1", body)


def test_by_default_the_number_alone_leaves(version, receiver):
    FormDelivery.objects.create(form=version.form, url=receiver.url)
    submission = sent(version)
    run_all()
    body = json.loads(receiver.got[0][1])
    assert body["receipt"] == submission.receipt
    assert body["answers"] == {}
    assert "𠮷" not in str(list(OutboxItem.objects.values()))


def test_chosen_answers_leave_and_sensitive_ones_never(version, receiver):
    FormDelivery.objects.create(
        form=version.form, url=receiver.url, fields="kind\nsecret"
    )
    sent(version)
    run_all()
    assert json.loads(receiver.got[0][1])["answers"] == {"kind": "相談"}


def test_what_was_given_up_is_seen_and_sent_again(version, receiver, log_in):
    FormDelivery.objects.create(form=version.form, url=receiver.url)
    receiver.answers = [500] * 8
    sent(version)
    for _attempt in range(9):
        run_all()
    item = OutboxItem.objects.get(channel="form-webhook")
    assert item.dead_at
    browser = log_in("admin")
    page = browser.get(reverse("exchange:outbox")).content.decode()
    assert item.key in page or str(item.pk) in page
    assert "AnsweredWithFailure" in page
    assert "失敗" in browser.get("/admin/form-deliveries/").content.decode()
    browser.post(reverse("exchange:send_again", args=[item.pk]))
    assert run_due(10) == 1
    first, last = receiver.got[0][0], receiver.got[-1][0]
    assert first["X-Ibasho-Delivery"] == last["X-Ibasho-Delivery"]


def test_a_delivery_that_is_no_longer_in_use_sends_nothing(version, receiver):
    one = FormDelivery.objects.create(form=version.form, url=receiver.url)
    sent(version)
    FormDelivery.objects.filter(pk=one.pk).update(is_active=False)
    assert run_all() == 1
    assert receiver.got == []


def test_a_redirect_is_not_followed(version, receiver):
    FormDelivery.objects.create(form=version.form, url=receiver.url)
    receiver.answers = [302, 307]
    sent(version)
    assert run_all() == 0
    assert len(receiver.got) == 1
    assert "Redirected" in OutboxItem.objects.get(channel="form-webhook").last_error


ADDRESSES = [
    "127.0.0.1",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_c24_inner_addresses_are_refused(address, monkeypatch, settings):
    settings.WEBHOOK_HOSTS = []

    def answer(host, port, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with pytest.raises(webhooks.TargetRefused):
        webhooks.resolve("https://harmless.example/")


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(2, 1, 6, "", (a, 443)) for a in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(webhooks.TargetRefused):
        webhooks.resolve("https://harmless.example/")


def test_c24_a_name_that_changes_its_answer_reaches_nothing_inner(monkeypatch):
    answers = ["93.184.216.34", "127.0.0.1"]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, **k: [(2, 1, 6, "", (answers.pop(0), port))],
    )
    reached = []

    def connect(address, timeout):
        reached.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(webhooks.NoAnswer):
        webhooks.post("https://rebind.example/", b"{}", secret="s", delivery="d")
    assert reached == [("93.184.216.34", 443)]


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "fe80::1"])  # noqa: S104
def test_a_listed_host_reaches_the_inner_network_and_no_link_local(address):
    assert not webhooks.is_allowed(address, trusted=True)
    assert webhooks.is_allowed("10.1.2.3", trusted=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://example.org/",
        "https://example.org:8443/",
        "https://user:pw@example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://exa mple.org/",
        "https://例え.jp/",
        "https://[::1",
        "https://example.org:99999/",
        "https://127.0.0.1/",
        "https://10.0.0.1/in",
        "https://[::ffff:169.254.169.254]/",
        "https://localhost/",
    ],
)
def test_what_is_no_public_target_is_refused_when_it_is_set_up(url, settings):
    settings.WEBHOOK_HOSTS = []
    with pytest.raises(ValidationError):
        webhooks.check_url(url)


def test_a_server_that_says_nothing_does_not_hold_the_worker(settings, monkeypatch):
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.3)
    monkeypatch.setattr(webhooks, "DEADLINE", 0.6)
    with listening() as port:
        settings.WEBHOOK_HOSTS = [f"127.0.0.1:{port}"]
        with pytest.raises(webhooks.NoAnswer):
            url = f"http://127.0.0.1:{port}/"
            webhooks.post(url, b"{}", secret="s", delivery="d")


@contextmanager
def listening():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_the_request_of_the_sender_makes_no_network_call(
    publish, cast, monkeypatch, client
):
    def forbidden(*args, **kwargs):
        raise AssertionError("a network call in a request")

    form = publish([QUESTION])
    FormDelivery.objects.create(form=form, url="https://example.org/in")
    intake = Unit.objects.get(function=Unit.Function.INTAKE)
    FormDelivery.objects.create(form=form, kind="mail", unit=intake)
    cast["intake"].email = "intake@example.org"
    cast["intake"].save()
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    Journey(client, "small").begin().next({"a": "答え"}).send()
    channels = set(OutboxItem.objects.values_list("channel", flat=True))
    assert {"form-webhook", "mail"} <= channels
    monkeypatch.undo()
    OutboxItem.objects.exclude(channel="mail").delete()
    run_all()
    receipt = Submission.objects.get().receipt
    assert receipt in mail.outbox[0].body
    assert "答え" not in mail.outbox[0].body


def test_f41_trying_a_form_out_reaches_nobody_and_counts_nowhere(
    publish, log_in, receiver, cast
):
    form = publish([QUESTION])
    FormDelivery.objects.create(form=form, url=receiver.url)
    (asked,) = fields_of(form.latest_version().document)
    browser = log_in("form-editor")
    door = reverse("forms_admin:try", args=[form.pk])
    assert browser.get(door).status_code == 200
    assert "試しの答え" in browser.post(door, {asked["key"]: "試しの答え"}).text
    run_all()
    assert not Draft.objects.exists() and not Submission.objects.exists()
    assert not OutboxItem.objects.exists()
    assert receiver.got == []
    assert not AuditEvent.objects.filter(event__contains="submission").exists()


def test_c16_two_presses_are_one_submission_one_mail_and_one_delivery(
    publish, cast, log_in
):
    form = publish([QUESTION])
    FormDelivery.objects.create(form=form, url="https://example.org/in")
    cast["school"].email = "school@example.org"
    cast["school"].save()
    journey = Journey(log_in("school"), "small").begin().next({"a": "答え"})
    key = journey.state()["draft_key"][0]
    presses = [Draft.objects.get(), Draft.objects.get()]
    assert len({submit(draft, key=key).receipt for draft in presses}) == 1
    assert Submission.objects.get().answers
    sent = list(OutboxItem.objects.values_list("channel", flat=True))
    assert sorted(sent) == ["form-webhook", "mail"]
    event = "portal_forms.submission.received"
    assert AuditEvent.objects.filter(event=event).count() == 1
    assert journey.send().receipt == Submission.objects.get().receipt


@pytest.mark.parametrize(
    "who", ["admin", "programme-lead", "intake", "form-editor", "operator"]
)
def test_deliveries_are_set_up_by_administrators_alone(version, log_in, who):
    data = {
        "form": version.form_id,
        "kind": "webhook",
        "url": "https://example.org/in",
        "secret": "x" * 30,
        "fields": "",
        "is_active": "on",
    }
    log_in(who).post("/admin/form-deliveries/new/", data)
    assert FormDelivery.objects.exists() == (who == "admin")
    assert "x" * 30 not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "more",
    [
        {"url": "http://10.0.0.1/"},
        {"fields": "secret"},
        {"fields": "forged"},
        {"secret": "short"},
        {"kind": "mail"},
        {"kind": "mail", "unit": "u", "fields": "kind"},
    ],
)
def test_a_delivery_that_is_not_sound_is_refused_in_words(version, log_in, more):
    unit = Unit.objects.get(function=Unit.Function.INTAKE)
    data = {
        "form": version.form_id,
        "kind": "webhook",
        "url": "https://example.org/in",
        "secret": "x" * 30,
        "is_active": "on",
        **more,
    }
    data["unit"] = unit.pk if "unit" in more else ""
    page = log_in("admin").post("/admin/form-deliveries/new/", data)
    assert page.status_code == 200
    assert not FormDelivery.objects.exists()


def test_a_correction_is_told_like_the_receipt_with_no_more_in_it(
    version, receiver, cast
):
    inbox.grant(version.form, role="case_worker", can_act=True)
    one = FormDelivery.objects.create(
        form=version.form, url=receiver.url, fields="kind\nsecret"
    )
    submission = sent(version)
    run_all()
    act = {"by": cast["intake"], "reason": "電話で確かめた"}
    correct(submission, key="f_kind", typed="通告", **act)
    correct(submission, key="f_secret", typed="別の極秘", **act)
    while run_all():
        pass
    first, second = (json.loads(body) for _headers, body in receiver.got[1:])
    row = submission.corrections.get(key="f_kind")
    assert first == {
        "event": "submission.corrected",
        "form": "consult",
        "version": 1,
        "receipt": submission.receipt,
        "submitted_at": first["submitted_at"],
        "corrected_at": moment(row.at),
        "corrected": ["kind"],
        "answers": {"kind": "通告"},
    }
    assert second["corrected"] == []
    assert "極秘" not in str(receiver.got) + str(list(OutboxItem.objects.values()))
    assert "電話" not in str(receiver.got) + str(list(OutboxItem.objects.values()))
    numbers = [headers["X-Ibasho-Delivery"] for headers, _body in receiver.got]
    assert len(set(numbers)) == 3
    headers, body = receiver.got[1]
    stamp = headers["X-Ibasho-Timestamp"]
    assert headers["X-Ibasho-Signature"] == webhooks.signature(one.secret, stamp, body)
    assert SubmissionEvent.objects.filter(kind="delivered").count() == 3


def test_a_correction_that_was_cleared_meanwhile_is_told_to_nobody(
    version, receiver, cast
):
    inbox.grant(version.form, role="case_worker", can_act=True)
    FormDelivery.objects.create(form=version.form, url=receiver.url)
    submission = inbox.received(version, {"f_kind": "相談"})
    correct(submission, key="f_kind", typed="通告", by=cast["intake"], reason="電話")
    OutboxItem.objects.update(
        payload={**OutboxItem.objects.get().payload, "correction": 0}
    )
    assert run_all() == 1
    assert receiver.got == []
