"""What may happen to a submission once it is saved.

Apps above this one register a handler by name in their ``AppConfig.ready``; the form
builder offers the names as choices. So forms never imports the apps it feeds.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from forms.models import Submission

Handler = Callable[[Submission], None]

_handlers: dict[str, tuple[str, Handler]] = {}


def register(name: str, label: str) -> Callable[[Handler], Handler]:
    """Offer the decorated function to form editors as *label*.

    It is called in the transaction that stores the submission: if it fails, nothing
    was received and no receipt is shown.
    """

    def decorator(handler: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"A submission handler named {name!r} already exists.")
        _handlers[name] = (label, handler)
        return handler

    return decorator


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


def handle(submission: Submission) -> None:
    """Run the handler that the version was published with, if there is one."""
    document = submission.version.document
    name = document.get("handler") or submission.form.handler
    if name:
        _label, run = _handlers[name]
        run(submission)
