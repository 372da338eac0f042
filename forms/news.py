"""What happens to answers after sending: told to whoever took them in.

Apps above register here in their ``AppConfig.ready``, so that forms never imports them.
A listener is called in the transaction of the fact and decides whether it is its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from forms.models import Submission
from staff.models import User


class News(Enum):
    """What happened on the sender's side."""

    REPLIED = "replied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Correction:
    """The codes of the answers that staff corrected in one act, and whose act it was.

    ``key`` is another one for each act.
    """

    codes: frozenset[str]
    by: User
    key: str


Listener = Callable[[Submission, News, str], None]
CorrectionListener = Callable[[Submission, Correction], None]

_listeners: list[Listener] = []
_correction_listeners: list[CorrectionListener] = []


def register(listener: Listener) -> Listener:
    """Call the decorated function with a submission, what happened and a unique key."""
    _listeners.append(listener)
    return listener


def spread(submission: Submission, news: News, key: str) -> None:
    for listener in _listeners:
        listener(submission, news, key)


def register_correction(listener: CorrectionListener) -> CorrectionListener:
    """Call the decorated function when staff have corrected answers."""
    _correction_listeners.append(listener)
    return listener


def spread_correction(submission: Submission, correction: Correction) -> None:
    for listener in _correction_listeners:
        listener(submission, correction)
