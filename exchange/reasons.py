"""What an item of the outbox failed with, in words for those who look after it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNREACHED = _(
    "The other side cannot be reached. Ask whoever runs it, or check the address in the"
    " settings."
)
REASONS: dict[str, str | Promise] = {
    "NoAnswer": UNREACHED,
    "ConnectionRefusedError": UNREACHED,
    "ConnectionResetError": UNREACHED,
    "TimeoutError": UNREACHED,
    "gaierror": UNREACHED,
    "SMTPConnectError": UNREACHED,
    "SMTPServerDisconnected": UNREACHED,
    "TargetRefused": _(
        "The portal does not send to this address: it lies in an inner network. Correct"
        " the address, or list the host in the settings (WEBHOOK_HOSTS)."
    ),
    "Redirected": _(
        "The web server points to another address, and that is not followed. Enter the"
        " final address."
    ),
    "AnsweredWithRefusal": _(
        "The web server refused what was sent (4xx). Ask whoever runs it."
    ),
    "AnsweredWithFailure": _("The web server failed (5xx). Ask whoever runs it."),
    "SMTPAuthenticationError": _(
        "The mail server did not accept the user name and the password of the portal."
    ),
    "SMTPRecipientsRefused": _("The mail server refused the address of the receiver."),
    "SMTPSenderRefused": _("The mail server refused the address of the portal."),
    "LeaseLost": _("It was broken off each time it was tried."),
}
OTHER = _("An error of the portal came in between.")


def in_words(error: str) -> str:
    """The sentence for a kept error, which begins with the class of an exception."""
    return str(REASONS.get(error.partition(" ")[0], OTHER)) if error else ""
