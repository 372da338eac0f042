"""Writers of SQLite, in a queue and together, where the database itself has neither.

SQLite takes one writer at a time, lets the rest ask again and again, each time after a
longer pause, and waits for the disk at each commit. Here whoever comes first writes for
all who have come meanwhile in the same process, in one transaction; the processes of a
machine wake each other in turn.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

Wanted = TypeVar("Wanted")
Made = TypeVar("Made")
FILE = "writer"
PATIENCE = 20  # seconds
MOST_TOGETHER = 16
_handles: dict[int, int] = {}


class Turn:
    """What waits for its turn, and what came of it."""

    def __init__(self, wanted: Any) -> None:
        self.wanted, self.made = wanted, None
        self.error: BaseException | None = None
        self.is_over = False
        self.call = threading.Lock()
        self.call.acquire()


class Turns(Generic[Wanted, Made]):
    """Threads that want the same kind of thing written; one writes for those who wait.

    *work* takes what is wanted, and gives what was made of each, in that order. All of
    it stands or falls in one transaction; where it falls, each is tried in one of its
    own. So *work* may be done twice for the same, in a thread of somebody else: it
    changes nothing but the database, and is told whatever it needs, such as a language.
    """

    def __init__(self, work: Callable[[Sequence[Wanted]], Sequence[Made]]) -> None:
        self.work = work
        self.guard = threading.Lock()
        self.waiting: deque[Turn] = deque()
        self.is_led = False

    def take(self, wanted: Wanted) -> Made:
        """What is made of it, once it is committed.

        Elsewhere than on SQLite at once; and so inside a transaction, as a part of it.
        Who writes without a turn is held back by nobody: the database decides as ever.
        OperationalError for whoever has waited longer than a database would let it.
        """
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            with transaction.atomic():
                return self.work([wanted])[0]
        mine = Turn(wanted)
        with self.guard:
            self.waiting.append(mine)
            leads, self.is_led = not self.is_led, True
        if not leads and not mine.call.acquire(timeout=PATIENCE):
            self.leave(mine)
        if not mine.is_over:
            self.lead()
        if mine.error:
            raise mine.error
        return mine.made

    def leave(self, mine: Turn) -> None:
        """Wait no longer, unless the turn came this very moment."""
        with self.guard:
            if mine in self.waiting:
                if mine.call.acquire(blocking=False):
                    return
                self.waiting.remove(mine)
                raise OperationalError("Others have been writing for too long.")
        mine.call.acquire()  # it is being written

    def lead(self) -> None:
        """Write for everybody who has come by now; then call the next one to lead."""
        together: list[Turn] = []
        try:
            with between_processes():
                with self.guard:
                    number = min(MOST_TOGETHER, len(self.waiting))
                    together = [self.waiting.popleft() for _each in range(number)]
                self.write(together)
        finally:
            with self.guard:
                self.is_led = bool(self.waiting)
                if self.waiting:
                    self.waiting[0].call.release()
            for turn in together:
                turn.is_over = True
                turn.call.release()

    def write(self, turns: Sequence[Turn]) -> None:
        """All in one transaction; where that fails, each in one of its own."""
        wanted = [turn.wanted for turn in turns]
        try:
            with transaction.atomic():
                made = self.work(wanted)
            for turn, each in zip(turns, made, strict=True):
                turn.made = each
        except BaseException as error:  # noqa: BLE001  raised by whoever wanted it
            if len(turns) == 1:
                turns[0].error = error
                return
            for turn in turns:
                self.write([turn])


@contextmanager
def between_processes() -> Iterator[None]:
    """Wait until no other process of this machine has the turn."""
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
