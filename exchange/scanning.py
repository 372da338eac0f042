"""The virus scanner: ClamAV's ``clamd``, where CLAMD_URL names one.

Without one nothing is scanned, and every file says so. With one, a file that was not
scanned yet is never handed out: a scanner that is down closes the door and opens it
again by itself.
"""

from contextlib import closing
from enum import Enum
from io import BytesIO
from urllib.parse import urlsplit

from clamav_client.clamd import (
    BufferTooLongError,
    ClamdNetworkSocket,
    ClamdUnixSocket,
    CommunicationError,
    ResponseError,
)
from django.conf import settings

SECONDS = 15


class Verdict(Enum):
    """What the scanner said of a file; ``UNREADABLE`` it could not look into."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNREADABLE = "unreadable"


class ScannerDown(Exception):
    """The scanner cannot be reached, or did not answer in time."""


def is_configured() -> bool:
    """Whether this city has named a scanner."""
    return bool(settings.CLAMD_URL)


def client():
    """A client for the socket or the host that CLAMD_URL names."""
    parts = urlsplit(settings.CLAMD_URL)
    if parts.scheme == "unix":
        return ClamdUnixSocket(path=parts.path, timeout=SECONDS)
    return ClamdNetworkSocket(parts.hostname, parts.port or 3310, timeout=SECONDS)


def scan(content: bytes) -> Verdict:
    """Ask the scanner about the content of a file. ScannerDown if it cannot be asked.

    A network call: never inside a transaction.
    """
    try:
        with closing(BytesIO(content)) as stream:
            answers = client().instream(stream)
    except CommunicationError as error:
        raise ScannerDown from error
    except BufferTooLongError:
        return Verdict.UNREADABLE
    except (ResponseError, OSError) as error:
        # It hangs up on a file that is longer than it takes; or it is going down.
        if is_alive():
            return Verdict.UNREADABLE
        raise ScannerDown from error
    return _verdict(answers)


def _verdict(answers: dict) -> Verdict:
    states = [state for state, _name in answers.values()]
    if "FOUND" in states:
        return Verdict.INFECTED
    if states == ["OK"]:
        return Verdict.CLEAN
    if not states:
        raise ScannerDown  # it hung up without a word
    return Verdict.UNREADABLE


def is_alive() -> bool:
    """Whether the scanner answers at all."""
    try:
        return client().ping() == "PONG"
    except (CommunicationError, ResponseError, OSError):
        return False
