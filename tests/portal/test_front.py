"""Requests come in many threads, and Django works at a few chairs."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import RequestFactory

from portal.front import Front

CHAIRS = 3


class Worker:
    """Stands for Django: notes at which connection it works, and with whom else."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.at_work: list[object] = []
        self.seen: set[object] = set()
        self.most = 0
        self.pause = threading.Event()

    def kept(self, environ):
        """Nothing: no page is answered from memory here."""

    def __call__(self, environ, start_response):
        mine = connections["default"], caches["default"]
        with self.guard:
            assert not any(mine[0] is other for other, _cache in self.at_work)
            self.at_work.append(mine)
            self.seen.add(mine)
            self.most = max(self.most, len(self.at_work))
        self.pause.wait(0.01)
        with self.guard:
            self.at_work.remove(mine)
        if environ["PATH_INFO"] == "/fault/":
            raise ZeroDivisionError
        start_response("200 OK", [])
        return [b"done"]


def visit(front: Front, path: str) -> bytes:
    answer = front(RequestFactory().get(path).environ, lambda *words: None)
    assert connections.all(initialized_only=True) == []
    return b"".join(answer)


def test_many_threads_work_at_few_connections_and_never_two_at_one():
    worker = Worker()
    front = Front(worker, CHAIRS)
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda n: visit(front, f"/{n}/"), range(60)))
    assert found == [b"done"] * 60
    assert worker.most == CHAIRS
    assert len(worker.seen) == CHAIRS


def test_whoever_leaves_with_an_error_leaves_the_chair_to_the_next():
    worker = Worker()
    front = Front(worker, 1)
    with ThreadPoolExecutor(1) as thread:
        for _time in range(3):
            with pytest.raises(ZeroDivisionError):
                thread.submit(visit, front, "/fault/").result(timeout=20)
            assert thread.submit(visit, front, "/").result(timeout=20) == b"done"
    assert len(worker.seen) == 1
