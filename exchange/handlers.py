"""Who does what waits in the outbox, and what is done every so often: by name.

Apps above register theirs in ``AppConfig.ready``; so exchange never imports them.
"""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise

StrOrPromise = str | Promise
Handler = Callable[[dict[str, Any]], None]
Task = Callable[[], None]
Stopping = Callable[[], bool]
LongTask = Callable[[Stopping], None]

_handlers: dict[str, Handler] = {}
_labels: dict[str, StrOrPromise] = {}
_tasks: list[tuple[int, Task]] = []
_long_tasks: list[LongTask] = []


def register(channel: str, label: StrOrPromise) -> Callable[[Handler], Handler]:
    """Call the decorated function with the payload of each item of *channel*.

    *label* is what those who look after the portal call such a thing. It runs at
    least once for an item, so it must be idempotent; it may raise, and is then tried
    again later. It has 60 seconds.
    """

    def decorator(handler: Handler) -> Handler:
        if channel in _handlers:
            raise ValueError(f"A handler for {channel!r} exists already.")
        _handlers[channel] = handler
        _labels[channel] = label
        return handler

    return decorator


def handler_for(channel: str) -> Handler:
    """The handler of a channel; KeyError if nobody registered one."""
    return _handlers[channel]


def label_of(channel: str) -> str:
    """What people call the things of a channel."""
    return str(_labels.get(channel, channel))


def every(seconds: int) -> Callable[[Task], Task]:
    """Let the worker call the decorated function about every *seconds*.

    Every worker does, at its start too, so it must be harmless to call it twice.
    """

    def decorator(task: Task) -> Task:
        _tasks.append((seconds, task))
        return task

    return decorator


def periodic_tasks() -> list[tuple[int, Task]]:
    """The registered tasks with their intervals in seconds."""
    return list(_tasks)


def aside(task: LongTask) -> LongTask:
    """Let the worker call the decorated function again and again, aside of all else.

    For work of minutes that nothing may wait for. It is given a function that says
    whether the worker is being stopped, and then returns within seconds.
    """
    _long_tasks.append(task)
    return task


def long_tasks() -> list[LongTask]:
    """The registered tasks that take long."""
    return list(_long_tasks)
