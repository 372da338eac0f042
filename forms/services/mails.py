"""Mails about received answers: a number and a day, never an answer."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.handlers import register
from exchange.mail import deliver, notify
from exchange.services import enqueue
from forms.models import FormDefinition, Submission
from forms.services.windows import settings_of
from staff.models import Unit, User
from staff.people import holders
from staff.templatetags.japanese import wareki_time


def people_told(form: FormDefinition) -> list[User]:
    """Who works today in the units that the form names; else at the intake desk."""
    conduct = settings_of(form)
    units = list(conduct.units.all()) if conduct.pk else []
    units = units or list(Unit.objects.filter(function=Unit.Function.INTAKE))
    return list(holders(unit__in=units))


def tell_units(submission: Submission) -> None:
    """A mail to the units that the form names, if it names any."""
    conduct = settings_of(submission.form)
    if not conduct.pk or not conduct.units.exists():
        return
    number = {"receipt": submission.receipt, "form": submission.form.title}
    notify(
        people_told(submission.form),
        subject=_("“%(form)s” was sent (receipt number %(receipt)s)") % number,
        lines=[
            *conduct.notice_text.splitlines(),
            _("Receipt number: %(receipt)s") % number,
            _("This mail does not repeat the answers. To look at them, log in."),
        ],
        path="/admin/",
        key=f"told:{submission.receipt}",
    )


def confirm_by_mail(submission: Submission) -> None:
    """A mail to the sender: to the account, or to the address typed in the form."""
    sender = submission.submitted_by
    if sender is not None and sender.email:
        subject, lines = _words(submission)
        notify(
            [sender],
            subject=subject,
            lines=lines,
            path=reverse("status"),
            key=f"received:{submission.receipt}",
        )
    elif _typed_address(submission):
        key = f"received:{submission.receipt}"
        enqueue("receipt-mail", key, {"submission": submission.pk, "key": key})


def _typed_address(submission: Submission) -> str:
    question = settings_of(submission.form).sender_question
    found = submission.answers.get(question) if question else None
    return found if isinstance(found, str) else ""


def _words(submission: Submission) -> tuple[str, list[str]]:
    number = {
        "receipt": submission.receipt,
        "when": wareki_time(submission.submitted_at),
    }
    lines = [
        _("Receipt number: %(receipt)s") % number,
        _("Received at: %(when)s") % number,
        *settings_of(submission.form).reply_text.splitlines(),
        _("This mail does not repeat your answers. To look at them, log in.")
        if submission.submitted_by_id
        else _(
            "This mail does not repeat your answers. How far they have got can be"
            " looked up with the receipt number and the password shown after sending."
        ),
    ]
    subject = _("We have received your form (receipt number %(receipt)s)") % number
    return subject, lines


@register("receipt-mail", gettext_lazy("Mail with the receipt number to the sender"))
def send_receipt(payload: dict[str, Any]) -> None:
    """The mail to the typed address; the address is read when it is sent.

    So it stands in the answers only, never in the outbox.
    """
    submission = Submission.objects.select_related("form").get(pk=payload["submission"])
    address = _typed_address(submission)
    if not address:
        return
    with translation.override(submission.language or "ja"):
        subject, lines = _words(submission)
        deliver(address, subject, lines, path=reverse("status"), key=payload["key"])
