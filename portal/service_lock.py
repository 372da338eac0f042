"""Who has the data directory: those who serve it, or one who restores it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

NAME = "in-service"


class Taken(Exception):
    """The other kind has it."""


@contextmanager
def serving() -> Iterator[None]:
    """Held as long as the portal is served; Taken while it is being restored."""
    with _held(fcntl.LOCK_SH):
        yield


@contextmanager
def restoring() -> Iterator[None]:
    """Held as long as the data is replaced; Taken while somebody serves it."""
    with _held(fcntl.LOCK_EX):
        yield


@contextmanager
def _held(kind: int) -> Iterator[None]:
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.DATA_DIR / NAME).open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken from None
        yield
