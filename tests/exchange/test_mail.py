"""Mail goes through the outbox, carries numbers only, and survives a dead server."""

import socket
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from exchange.mail import UnitMail, notify, notify_units, send, spread
from exchange.models import OutboxItem
from exchange.services import run_due
from tests.factories import MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(username="reader", email="reader@example.jp")


def tell(*people, key="referral:R8-0001"):
    notify(
        people,
        subject="相談・紹介を受け付けました\nR8-0001",
        lines=["受付番号 R8-0001"],
        path="/admin/referrals/1/",
        key=key,
    )


def test_a_mail_has_the_number_the_link_and_one_message_id(person, settings):
    settings.PUBLIC_URL = "https://ibasho.example.jp"
    tell(person)
    item = OutboxItem.objects.get()
    assert "example.jp" not in str(item.payload)
    assert run_due(10) == 1
    send(item.payload)

    first, second = (message.message() for message in mail.outbox)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@ibasho.example.jp>")
    assert "R8-0001" not in first["Message-ID"]
    assert mail.outbox[0].subject == "相談・紹介を受け付けました R8-0001"
    assert "https://ibasho.example.jp/admin/referrals/1/" in mail.outbox[0].body
    assert first.get_content_charset() == "utf-8"
    assert first.get_content_type() == "text/plain"


def test_each_person_gets_one_mail_and_the_same_news_is_told_once(person):
    other = UserFactory(username="other", email="other@example.jp")
    tell(person, other)
    tell(person, other)

    run_due(10)

    assert sorted(message.to[0] for message in mail.outbox) == [
        "other@example.jp",
        "reader@example.jp",
    ]


def test_nobody_who_left_or_has_no_address_is_written_to(person):
    person.is_active = False
    person.save()
    tell(person, UserFactory(username="silent", email=""))

    assert run_due(10) == 2
    assert mail.outbox == []


class Sink:
    """An SMTP server of one thread that answers as it is told."""

    def __init__(self, refuse=b""):
        self.refuse, self.received = refuse, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self.talk(stream)

    def talk(self, stream):
        def say(words):
            stream.write(words + b"\r\n")
            stream.flush()

        say(b"220 sink")
        for line in stream:
            word = line[:4].upper()
            if word == b"RCPT" and self.refuse:
                say(self.refuse)
            elif word == b"DATA":
                say(b"354 go on")
                lines = []
                while (part := stream.readline()) not in (b".\r\n", b""):
                    lines.append(part)
                self.received.append(b"".join(lines))
                say(b"250 taken")
            elif word == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5

    def start(refuse=b""):
        sink = Sink(refuse)
        settings.EMAIL_PORT = sink.port
        return sink

    return start


def test_a_real_server_gets_the_mail(person, smtp):
    sink = smtp()
    tell(person)

    assert run_due(10) == 1
    assert len(sink.received) == 1
    assert b"Message-ID: <" in sink.received[0]


@pytest.mark.parametrize("refusal", [b"450 later", b"550 no such box"])
def test_a_refusal_is_tried_again_without_keeping_its_words(person, smtp, refusal):
    sink = smtp(refusal)
    tell(person)

    assert run_due(10) == 0
    item = OutboxItem.objects.get()
    assert item.attempts == 1 and not item.dead_at
    assert item.last_error.startswith("SMTPRecipientsRefused")
    assert "reader" not in item.last_error
    assert sink.received == []


def test_a_unit_is_told_as_it_is_when_the_outbox_gets_there_and_nobody_twice(person):
    unit = UnitFactory()
    words = {"subject": "R8-0001", "lines": ["R8-0001"], "path": "/admin/", "key": "k"}
    notify_units([UnitMail(unit, **words)])
    MembershipFactory(user=person, unit=unit)
    gone = MembershipFactory(unit=unit, valid_to=timezone.localdate() - timedelta(1))

    run_due(10)
    spread(OutboxItem.objects.get(channel="unit_mail").payload)

    told = [item.payload["user"] for item in OutboxItem.objects.filter(channel="mail")]
    assert told == [person.pk] and gone.user_id not in told
    assert run_due(10) == 1
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_a_server_that_is_down_loses_nothing(person, smtp, settings):
    smtp()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.EMAIL_PORT = nobody.getsockname()[1]
    tell(person)

    assert run_due(10) == 0
    assert OutboxItem.objects.get().last_error.startswith("ConnectionRefusedError")
