"""What holds at the edge of every request: input, outages, policy, health."""

import base64
import hashlib

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from exchange.models import WorkerBeat
from portal.checks import judge_sqlite
from portal.middleware import AnswerOutages, is_wagtails

CHOOSER = b'initDateChooser("id_valid_from", {"dayOfWeekStart": 0, "format": "Y-m-d"});'


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["q=%00", "a%00b=1", "p=%ED%A0%80%00"])
def test_nul_in_a_query_string_is_a_plain_400_in_japanese(client, query):
    response = client.get(f"/healthz?{query}")

    assert response.status_code == 400
    assert "読み取れません" in response.content.decode()


@pytest.mark.django_db
def test_an_outage_says_that_nothing_was_accepted(rf: RequestFactory):
    answer = AnswerOutages(lambda request: None).process_exception(
        rf.get("/"), OperationalError("disk full: secret path")
    )

    assert answer.status_code == 503
    text = answer.content.decode()
    assert "受け付け" in text and "secret path" not in text


def test_other_errors_are_not_taken_for_an_outage(rf: RequestFactory):
    middleware = AnswerOutages(lambda request: None)

    assert middleware.process_exception(rf.get("/"), ValueError()) is None


@pytest.mark.parametrize(
    "block",
    [
        CHOOSER,
        b"\n  " + CHOOSER + b"\n",
        b'createPageChooser("id_link");',
        b'new TaskChooser("id_task", null);',
    ],
)
def test_wagtails_own_blocks_are_allowed(block):
    assert is_wagtails(block)


@pytest.mark.parametrize(
    "block",
    [
        b"alert(1)",
        CHOOSER + b"alert(1)",
        b'initDateChooser("id_x", {a: alert(1)});',
        b'initDateChooser("id_x", {"a": 1}); alert(1);',
        b'new TaskChooser("id_task", {"a": 1}, alert(1));',
    ],
)
def test_a_forged_block_stays_blocked(block):
    assert not is_wagtails(block)


@given(st.binary(max_size=40))
def test_nothing_added_behind_a_block_passes(tail):
    assert not is_wagtails(CHOOSER + tail) or tail.strip() == b""


@pytest.mark.django_db
def test_admin_pages_name_their_blocks_by_digest(log_in):
    response = log_in("admin").get(reverse("site:add"))
    policy = response["Content-Security-Policy"]
    digest = next(
        block
        for block in response.content.split(b"<script>")[1:]
        if b"InlinePanel" in block
    ).split(b"</script>")[0]
    wanted = base64.b64encode(hashlib.sha256(digest).digest()).decode()

    assert f"'sha256-{wanted}'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_private_pages_are_kept_by_no_cache(log_in):
    assert "no-store" in log_in("intake").get("/admin/")["Cache-Control"]


@pytest.mark.django_db
def test_ready_needs_a_living_worker(client):
    assert client.get("/readyz").status_code == 503

    WorkerBeat.objects.create(name="test", at=timezone.now())

    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("mode", "synchronous", "begin", "version", "is_safe"),
    [
        ("truncate", 2, "IMMEDIATE", (3, 40, 1), True),
        ("wal", 2, "IMMEDIATE", (3, 51, 3), True),
        ("wal", 2, "IMMEDIATE", (3, 40, 1), False),
        ("wal", 1, "IMMEDIATE", (3, 51, 3), False),
        ("delete", 2, "IMMEDIATE", (3, 40, 1), False),
        ("delete", 3, "IMMEDIATE", (3, 40, 1), True),
        ("truncate", 2, None, (3, 40, 1), False),
    ],
)
def test_only_a_measured_profile_of_sqlite_starts(
    mode, synchronous, begin, version, is_safe
):
    assert (judge_sqlite(mode, synchronous, begin, version) == []) is is_safe


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["prepare", "serve"])
def test_the_portal_does_not_start_on_an_unsafe_database(
    monkeypatch, settings, command
):
    settings.TESTING, settings.SECRET_KEY = False, "k" * 60
    unsafe = [Error("unsafe", id="portal.E001")]
    monkeypatch.setattr("portal.checks.sqlite_problems", lambda: unsafe)
    monkeypatch.setattr("portal.checks.postgresql_problems", lambda: unsafe)

    with pytest.raises(SystemCheckError, match="unsafe"):
        call_command(command)
