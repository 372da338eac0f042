"""What becomes of received answers: by name, so that news travels up the stairs.

A handler runs in the transaction that stores the answers; it is given all that are
stored together, as a rule one. What a person may do with answers that have come (open a
referral, attach them to a case) is handing on: apps above register both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.models import Submission

Handler = Callable[[Sequence[Submission]], None]
INBOX = "inbox"

_handlers: dict[str, tuple[str, Handler]] = {}
_ways: dict[str, "WayOn"] = {}


@dataclass(frozen=True)
class WayOn:
    """A way to hand answers on: who may, what it asks for, and what it does.

    ``matter`` gives what the answers have become this way, or None; ``run`` makes it,
    and raises ValidationError. What comes out has a number and ``get_admin_url``.
    """

    name: str
    label: str | Promise
    permission: str
    asks: str | Promise
    matter: Callable[[Submission], Model | None]
    run: Callable[..., Model]


def register(name: str, label: str) -> Callable[[Handler], Handler]:
    """Offer the decorated function to form editors as *label*.

    It is called in the transaction that stores the submissions: if it fails, nothing
    was received and no receipt is shown.
    """

    def decorator(handler: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"A submission handler named {name!r} already exists.")
        _handlers[name] = (label, handler)
        return handler

    return decorator


def register_way_on(way: WayOn) -> None:
    """Offer a way to hand answers on, on the page of a submission."""
    if way.name in _ways:
        raise ValueError(f"A way named {way.name!r} already exists.")
    _ways[way.name] = way


def way_on(name: str) -> WayOn | None:
    return _ways.get(name)


def ways_on(user: Any) -> list[WayOn]:
    """The ways that this person may take."""
    return [way for way in _ways.values() if user.has_perm(way.permission)]


def matters_of(submission: Submission) -> list[Model]:
    """What the answers have become, whoever may see it."""
    found = (way.matter(submission) for way in _ways.values())
    return [matter for matter in found if matter is not None]


def choices() -> list[tuple[str, str]]:
    """Names and labels of the handlers, for the editor of forms."""
    return [(name, label) for name, (label, _run) in sorted(_handlers.items())]


def refusal_of_change(before: str | None, name: str) -> str:
    """Why a published form does not get another handler; empty where it does not."""
    if not before or name == before:
        return ""
    return _(
        "This form has been published: what is done with its answers stays, so that"
        " nothing sent is lost. Make a copy if you need another way."
    )


def handle(submissions: Sequence[Submission]) -> None:
    """Run the handlers that the versions were published with, where there are any."""
    found: dict[str, list[Submission]] = {}
    for submission in submissions:
        document = submission.version.document
        name = document.get("handler") or submission.form.handler
        if name:
            found.setdefault(name, []).append(submission)
    for name, those in found.items():
        _label, run = _handlers[name]
        run(those)


@register(INBOX, label=gettext_lazy("Keep among the answers received"))
def keep(submissions: Sequence[Submission]) -> None:
    """Nothing more: whoever has the right reads them in the inbox and hands them on."""
