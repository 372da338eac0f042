"""What higher rooms show on the page of a case: registered by name, never imported."""

from collections.abc import Callable
from typing import Any, TypedDict

from django.http import HttpRequest

from cases.models import Case


class Panel(TypedDict):
    """A block on the page of a case: heading, template with context, acts offered."""

    title: str
    template: str
    context: dict[str, Any]
    actions: list[tuple[str, str]]


Maker = Callable[[HttpRequest, Case], Panel | None]

_makers: list[tuple[int, Maker]] = []


def register(order: int) -> Callable[[Maker], Maker]:
    """Show the decorated function's panel at its place; None shows nothing."""

    def decorator(maker: Maker) -> Maker:
        _makers.append((order, maker))
        _makers.sort(key=lambda pair: pair[0])
        return maker

    return decorator


def panels_for(request: HttpRequest, case: Case) -> list[Panel]:
    """The panels that this reader gets for this case, in order."""
    made = (maker(request, case) for _, maker in _makers)
    return [panel for panel in made if panel is not None]
