"""Writers of SQLite in a queue, where the database itself has none.

SQLite takes one writer at a time and lets the rest ask again and again, each time after
a longer pause: between two writers nobody writes, and whoever comes last may wait for
seconds. Here the threads of a process, and the processes of a machine, are woken in
turn, the moment the one before is through.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection

FILE = "writer"
PATIENCE = 20  # seconds
_handles: dict[int, int] = {}


class Queue:
    """A lock for threads that is handed on in the order in which they came.

    OperationalError for whoever has waited longer than a database would let it.
    """

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.waiting: deque[threading.Lock] = deque()
        self.is_taken = False

    def __enter__(self) -> None:
        with self.guard:
            if not self.is_taken:
                self.is_taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self.waiting.append(mine)
        if not mine.acquire(timeout=PATIENCE):
            self.leave(mine)

    def leave(self, mine: threading.Lock) -> None:
        """Wait no longer, unless the turn came this very moment."""
        with self.guard:
            if mine in self.waiting:
                self.waiting.remove(mine)
                raise OperationalError("Others have been writing for too long.")

    def __exit__(self, *error) -> None:
        with self.guard:
            self.is_taken = bool(self.waiting)
            if self.waiting:
                self.waiting.popleft().release()


_threads = Queue()


@contextmanager
def in_turn() -> Iterator[None]:
    """Begin a transaction when it is one's turn; elsewhere than SQLite, at once.

    It holds back nobody who writes without it: the database decides as ever.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _threads:
        handle = _handle()
        if handle is None:
            yield
            return
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _handle() -> int | None:
    """The file that the processes queue for, opened once in each, or None."""
    process = os.getpid()
    if process not in _handles:
        path = settings.DATA_DIR / FILE
        try:
            _handles[process] = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
    return _handles[process]
