"""What the worker sends for a form: nothing of it happens in the sender's request."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange import handlers, webhooks
from exchange.mail import notify
from exchange.services import enqueue
from forms.compiler import fields_of
from forms.corrected import last_of, values_of
from forms.exports import moment, plain
from forms.models import CorrectedAnswer, FormDelivery, Submission, SubmissionEvent
from home.freshness import remembered
from staff.people import members_of
from staff.services import record_event

CHANNEL = "form-webhook"
NAMESPACE = uuid.UUID("0f0d4d0e-6a8b-4b0e-9f57-5b0d1a2f9c33")


def enqueue_deliveries(submission: Submission) -> None:
    """Write down whom to tell, in the transaction that receives the answers."""
    for delivery in deliveries_of(submission.form_id):
        key = f"delivery:{delivery.pk}:{submission.receipt}"
        if delivery.kind == FormDelivery.Kind.MAIL:
            _enqueue_mail(delivery, submission, key)
        else:
            payload = {"key": key, "delivery": delivery.pk, "submission": submission.pk}
            enqueue(CHANNEL, key, payload)


def enqueue_correction(
    submission: Submission, row: CorrectedAnswer, codes: Iterable[str]
) -> None:
    """Write down which web servers to tell that answers were corrected."""
    for delivery in deliveries_of(submission.form_id):
        if delivery.kind != FormDelivery.Kind.WEBHOOK:
            continue
        key = f"delivery:{delivery.pk}:corrected-{row.pk}:{submission.receipt}"
        payload = {"key": key, "delivery": delivery.pk, "submission": submission.pk}
        payload |= {"correction": row.pk, "codes": sorted(codes)}
        enqueue(CHANNEL, key, payload)


def deliveries_of(form: int) -> list[FormDelivery]:
    """Who is told of the answers of a form, by what is in use."""

    def ask() -> list[FormDelivery]:
        active = FormDelivery.objects.filter(form=form, is_active=True)
        return list(active.select_related("unit"))

    return remembered(("deliveries", form), ask)


def _enqueue_mail(delivery: FormDelivery, submission: Submission, key: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        line = _("Answers have come in: %(number)s") % {"number": submission.receipt}
        notify(
            members_of(delivery.unit),
            subject=line,
            lines=[line, _("Please log in to read it. This mail carries no names.")],
            path=reverse("inbox:detail", args=[submission.pk]),
            key=key,
        )


@handlers.register(CHANNEL, gettext_lazy("Delivery of a form to a web server"))
def deliver(payload: dict[str, Any]) -> None:
    """Send one submission to one web server; to none that is no longer in use."""
    delivery = FormDelivery.objects.filter(
        pk=payload["delivery"], is_active=True, kind=FormDelivery.Kind.WEBHOOK
    ).first()
    rows = Submission.objects.select_related("form", "version")
    submission = rows.filter(pk=payload["submission"]).first()
    if delivery is None or submission is None:
        return
    body = body_of(delivery, submission)
    if "correction" in payload:
        correction = submission.corrections.filter(pk=payload["correction"]).first()
        if correction is None:  # cleared since, at the end of its time
            return
        body |= told_of(correction, delivery, submission, payload["codes"])
    text = json.dumps(body, ensure_ascii=False)
    webhooks.post(
        delivery.url,
        text.encode("utf-8", "backslashreplace"),
        secret=delivery.secret,
        delivery=delivery_id(payload["key"]),
    )
    _write_down(delivery, submission, payload.get("correction"))


def delivery_id(key: str) -> str:
    """The same for every attempt, so that the receiver takes it once."""
    return str(uuid.uuid5(NAMESPACE, key))


def body_of(delivery: FormDelivery, submission: Submission) -> dict[str, Any]:
    """The number and the moment; the chosen answers, unless they are sensitive."""
    return {
        "event": "submission.received",
        "form": submission.form.slug,
        "version": submission.version.number,
        "receipt": submission.receipt,
        "submitted_at": moment(submission.submitted_at),
        "answers": chosen_answers(delivery, submission) if delivery.codes else {},
    }


def told_of(
    correction: CorrectedAnswer,
    delivery: FormDelivery,
    submission: Submission,
    codes: Iterable[str],
) -> dict[str, Any]:
    """What makes the notice one of a correction: when, and which chosen answers."""
    shared = {question["code"] for question in shared_questions(delivery, submission)}
    return {
        "event": "submission.corrected",
        "corrected_at": moment(correction.at),
        "corrected": sorted(shared & set(codes)),
    }


def shared_questions(
    delivery: FormDelivery, submission: Submission
) -> list[dict[str, Any]]:
    """The chosen questions, without those that their version calls sensitive."""
    wanted = set(delivery.codes)
    return [
        question
        for question in fields_of(submission.version.document)
        if question["code"] in wanted
        and not any(q.get("sensitive") for q in (question, *question.get("fields", ())))
    ]


def chosen_answers(delivery: FormDelivery, submission: Submission) -> dict[str, Any]:
    """What a version calls sensitive stays here, whatever was chosen before."""
    values = values_of(submission, last_of(submission.corrections.all()))
    return {
        question["code"]: plain(question, values[question["key"]])
        for question in shared_questions(delivery, submission)
        if question["key"] in values
    }


def _write_down(
    delivery: FormDelivery, submission: Submission, correction: int | None
) -> None:
    detail = {"delivery": delivery.pk}
    if correction:
        detail["correction"] = correction
    known = SubmissionEvent.objects.filter(
        submission=submission,
        kind=SubmissionEvent.Kind.DELIVERED,
        detail=detail,
    )
    if known.exists():
        return
    SubmissionEvent.objects.create(
        submission=submission, kind=SubmissionEvent.Kind.DELIVERED, detail=detail
    )
    record_event("portal_forms.submission.delivered", submission, **detail)
