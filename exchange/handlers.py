"""Who does what waits in the outbox: one handler for each channel, by name.

Apps above register theirs in ``AppConfig.ready``; so exchange never imports them.
"""

from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any]], None]

_handlers: dict[str, Handler] = {}


def register(channel: str) -> Callable[[Handler], Handler]:
    """Call the decorated function with the payload of each item of *channel*.

    It runs at least once for an item, so it must be idempotent; it may raise, and is
    then tried again later.
    """

    def decorator(handler: Handler) -> Handler:
        if channel in _handlers:
            raise ValueError(f"A handler for {channel!r} exists already.")
        _handlers[channel] = handler
        return handler

    return decorator


def handler_for(channel: str) -> Handler:
    """The handler of a channel; KeyError if nobody registered one."""
    return _handlers[channel]
