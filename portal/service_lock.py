"""Who has the data directory: those who serve it, or one who restores it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

NAME, HALF_WAY = "in-service", "restore-unfinished"


class Taken(Exception):
    """The other kind has it."""


class Unfinished(Exception):
    """A restore was interrupted: what is there is partly old and partly new."""


def mark() -> Path:
    """The file that stands here while a restore is changing things."""
    return settings.DATA_DIR / HALF_WAY


@contextmanager
def serving() -> Iterator[int]:
    """Held as long as the portal is served; the handle is for the processes that serve.

    Taken while it is being restored, Unfinished where that was interrupted.
    """
    with _held(fcntl.LOCK_SH) as handle:
        if mark().exists():
            raise Unfinished
        yield handle


@contextmanager
def restoring() -> Iterator[None]:
    """Held as long as the data is replaced; Taken while somebody serves it."""
    with _held(fcntl.LOCK_EX):
        yield


@contextmanager
def half_way() -> Iterator[Callable[[], None]]:
    """While things change: only what comes to its end is served again.

    What it gives is called where nothing was changed after all.
    """
    with mark().open("w") as file:
        os.fsync(file.fileno())
    yield mark().unlink
    mark().unlink()


@contextmanager
def _held(kind: int) -> Iterator[int]:
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.DATA_DIR / NAME).open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken from None
        yield file.fileno()
