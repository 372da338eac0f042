"""What the sender does after sending: told to whoever took the answers in.

Apps above register here in their ``AppConfig.ready``, so that forms never imports them.
A listener is called in the transaction of the fact and decides whether it is its own.
"""

from collections.abc import Callable
from enum import Enum

from forms.models import Submission


class News(Enum):
    """What happened on the sender's side."""

    REPLIED = "replied"
    WITHDRAWN = "withdrawn"


Listener = Callable[[Submission, News, str], None]

_listeners: list[Listener] = []


def register(listener: Listener) -> Listener:
    """Call the decorated function with a submission, what happened and a unique key."""
    _listeners.append(listener)
    return listener


def spread(submission: Submission, news: News, key: str) -> None:
    for listener in _listeners:
        listener(submission, news, key)
