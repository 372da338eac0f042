"""Whom the approval tells what. Whoever sends mail registers here, from above."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from staff.models import User


@dataclass(frozen=True)
class News:
    """One thing to tell: numbers only, and the address where the rest is read."""

    subject: str
    line: str
    path: str
    key: str


Listener = Callable[[list[User], News], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Call the decorated function with each piece of news, in the act's transaction."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(people: Iterable[User], news: News) -> None:
    people = list(people)
    for listener in _listeners:
        listener(people, news)
