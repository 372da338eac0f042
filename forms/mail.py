"""The mail that goes to a sender: that there is a question, and never which."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.handlers import register
from exchange.mail import message_id
from forms.compiler import fields_of
from forms.models import Submission


def address_of(submission: Submission) -> str:
    """Where the sender can be reached by mail: the account, else the answers."""
    sender = submission.submitted_by
    if sender is not None:
        return sender.email if sender.is_active else ""
    for field in fields_of(submission.version.document):
        value = submission.answers.get(field["key"])
        if field["type"] == "email" and isinstance(value, str):
            try:
                validate_email(value)
            except ValidationError:
                continue
            return value
    return ""


@register("mail_to_sender", gettext_lazy("Mail about a question to the sender"))
def tell_sender(payload: dict[str, Any]) -> None:
    """Say that the city has a question. The address is read now and kept nowhere."""
    found = Submission.objects.select_related("version", "submitted_by")
    submission = found.filter(pk=payload["submission"]).first()
    if submission is None or submission.status != Submission.Status.ASKED:
        return
    address = address_of(submission)
    if not address:
        return
    number = {"receipt": submission.receipt}
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("The city has a question (receipt number %(receipt)s)") % number
        lines = [
            _("The city has a question about what you sent."),
            _("Receipt number: %(receipt)s") % number,
            _("To read it, open this page with the number and the password you noted."),
            f"{settings.PUBLIC_URL}{reverse('status')}",
            "",
            "--",
            _("This mail was sent automatically. Please do not reply to it."),
        ]
    EmailMessage(
        subject=subject,
        body="\n".join([*lines, ""]),
        to=[address],
        headers={
            "Message-ID": message_id(payload["key"]),
            "Auto-Submitted": "auto-generated",
        },
    ).send()
