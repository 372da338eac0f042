"""Mail: one door, through the outbox, with numbers only."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.handlers import register
from exchange.services import enqueue_all
from staff.models import Unit, User
from staff.people import members_of


@dataclass(frozen=True)
class UnitMail:
    """What a unit is told, like any mail: numbers only."""

    unit: Unit
    subject: str
    lines: Sequence[str]
    path: str
    key: str


def notify(
    users: Iterable[User], *, subject: str, lines: Iterable[str], path: str, key: str
) -> None:
    """Enqueue one mail for each of *users*, in the caller's transaction.

    *subject* and *lines* carry numbers only: whoever reads over a shoulder, or a mail
    server on the way, learns no name. The page at *path* asks for a login.
    """
    common = {"subject": str(subject), "lines": [str(line) for line in lines]}
    enqueue_all(
        "mail",
        {
            f"{key}:{user.pk}": {
                "key": f"{key}:{user.pk}",
                "user": user.pk,
                **common,
                "path": path,
            }
            for user in users
        },
    )


def notify_units(mails: Iterable[UnitMail]) -> None:
    """The same for units: for whoever is of each when the outbox gets there."""
    enqueue_all(
        "unit_mail",
        {
            mail.key: {
                "unit": mail.unit.pk,
                "subject": str(mail.subject),
                "lines": [str(line) for line in mail.lines],
                "path": mail.path,
                "key": mail.key,
            }
            for mail in mails
        },
    )


@register("unit_mail", gettext_lazy("Mail to a unit"))
@transaction.atomic
def spread(payload: dict[str, Any]) -> None:
    """Enqueue the mails of those who are of the unit now; done again, it adds none."""
    unit = Unit(pk=payload["unit"])
    said = {name: payload[name] for name in ("subject", "lines", "path", "key")}
    notify(members_of(unit), **said)


@register("mail", gettext_lazy("Mail to an account"))
def send(payload: dict[str, Any]) -> None:
    """Send one mail; to nobody who has left or has no address.

    The Message-ID depends on the item alone: should the mail go out twice because the
    worker died in between, mail programs show it once.
    """
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None or not user.email:
        return
    with translation.override(settings.LANGUAGE_CODE):
        deliver(
            user.email,
            payload["subject"],
            payload["lines"],
            path=payload["path"],
            key=payload["key"],
        )


def deliver(
    address: str, subject: str, lines: Iterable[str], *, path: str, key: str
) -> None:
    """Send one mail now, with a link; only the worker calls this, for an item."""
    closing = _("This mail was sent automatically. Please do not reply to it.")
    link = f"{settings.PUBLIC_URL}{path}"
    EmailMessage(
        subject=" ".join(subject.split()),
        body="\n".join([*lines, "", link, "", "--", closing, ""]),
        to=[address],
        headers={
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
        },
    ).send()


def message_id(key: str) -> str:
    """The Message-ID of an item: always the same, and telling nothing."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.PUBLIC_URL).hostname}>"
