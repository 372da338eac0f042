"""The real server: fresh in every process within a second, and never held up."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from tests.serving import ROOT, free_port

pytestmark = pytest.mark.server

PUBLISH = """
from home.models import ContentPage
page = ContentPage.objects.get(slug="hogosha", locale__language_code="ja")
page.lead = input()
page.save_revision().publish()
print("done", flush=True)
"""
CLOSE_SOON = """
from datetime import timedelta
from django.utils import timezone
from programs.models import OpeningException, Site
now = timezone.localtime()
closes = (now + timedelta(seconds=int(input()))).time()
site = Site.objects.get(slug="enmusubi")
site.exceptions.filter(date=now.date()).delete()
opens = now.replace(hour=0, minute=0, second=0).time()
OpeningException.objects.create(
    site=site, date=now.date(), opens=opens, closes=closes, reason="点検"
)
print("done", now.timestamp(), flush=True)
"""


def page(url, path="/", **headers):
    with urlopen(Request(url + path, headers=headers), timeout=30) as answer:  # noqa: S310
        return answer.read().decode()


@contextmanager
def second_web(portal):
    """Another web process on the same data, as a second worker would be."""
    port = free_port()
    environment = portal.environment | {"PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.web"], cwd=ROOT, env=environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(300):
            try:
                page(url, "/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def shell(portal, program):
    """A third process, ready: it acts when it is given a line, and says when done."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", program],
        cwd=ROOT,
        env=portal.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def act(line):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return process.stdout.readline().split()

    try:
        yield act
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def test_what_another_process_publishes_is_on_the_next_page(portal):
    with second_web(portal) as other, shell(portal, PUBLISH) as publish:
        for url in (portal.url, other):
            assert "公開した文" not in page(url, "/hogosha/")
            page(url, "/hogosha/")
        assert publish("公開した文です")[0] == "done"
        for url in (portal.url, other):
            assert "公開した文です" in page(url, "/hogosha/")


def test_closing_time_is_on_the_page_within_a_second(portal):
    if time.localtime().tm_hour == 14:  # 23 o'clock in the city, on a clock in UTC
        pytest.skip("too near to midnight for a time of today")
    with shell(portal, CLOSE_SOON) as close:
        page(portal.url)
        seconds = 6
        _done, now = close(str(seconds))
        end = float(now) + seconds
        first = page(portal.url)
        assert time.time() > end or "ただいま開いています" in main_site(first)
        while time.time() < end + 0.9:
            time.sleep(0.05)
        assert "きょうは終わりました" in main_site(page(portal.url))


def main_site(text):
    """The state of the main site, the first of the top page."""
    return text.split('id="today"')[1]


def test_hundreds_of_slow_clients_hold_up_nobody(portal):
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    post = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\nhalf"
    slow = []
    try:
        for opening in [head, post] * 150:
            client = socket.create_connection(("127.0.0.1", portal.port))
            client.sendall(opening)
            slow.append(client)
        time.sleep(1)
        for path in ("/", "/?not=kept", "/healthz"):
            start = time.monotonic()
            page(portal.url, path)
            assert time.monotonic() - start < 5, path
    finally:
        for client in slow:
            client.close()


def test_a_body_over_the_limit_is_refused_in_japanese(portal):
    with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as client:
        client.sendall(
            b"POST /forms/referral/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Length: 99000000\r\nConnection: close\r\n\r\n"
        )
        answer = client.recv(65536)
        answer += client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413") and b"48MB" in answer
    assert "受け付けていません" in answer.decode()


def test_a_killed_server_leaves_no_process_behind_that_holds_the_port(portal):
    web = portal.pids()["web"]
    workers = children(web)
    assert workers
    portal.kill("web")
    for _try in range(50):
        if not any(os.path.exists(f"/proc/{pid}") for pid in workers):
            break
        time.sleep(0.1)
    assert not any(is_alive(pid) for pid in workers)
    portal.wait_until_ready()
    assert page(portal.url, "/healthz") == "ok\n"


def test_threads_that_wake_up_push_nobody_off_the_core(portal):
    for worker in children(portal.pids()["web"]):
        threads = [int(name) for name in os.listdir(f"/proc/{worker}/task")]
        kinds = {os.sched_getscheduler(thread) for thread in threads}
        assert kinds == {os.SCHED_BATCH}


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
