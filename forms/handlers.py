"""What may happen to a submission once it is saved.

Apps above this one register a handler by name in their ``AppConfig.ready``; the form
builder offers the names as choices. So forms never imports the apps it feeds.
"""

from collections.abc import Callable

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
    return [(name, label) for name, (label, _) in sorted(_handlers.items())]


def handle(submission: Submission) -> None:
    """Run the handler that the form's editor chose, if one was chosen."""
    name = submission.form.handler
    if name:
        _, handler = _handlers[name]
        handler(submission)
