"""What the outbox does for decisions: the notice, and the end of an ended use."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from decisions.documents import notice_pdf
from decisions.models import Decision, Enrolment, Notice
from decisions.services import close_after_end
from exchange.handlers import register


@register("decision-notice", _("Paper of a decision notice"))
def make_notice(payload: dict[str, Any]) -> None:
    """Make and store the notice of an approved decision, unless it is there."""
    if Notice.objects.filter(decision=payload["decision"]).exists():
        return
    decision = Decision.objects.get(
        pk=payload["decision"], state=Decision.State.APPROVED
    )
    pdf = notice_pdf(decision)
    with transaction.atomic():
        # Another worker may have been quicker: the first paper stands.
        Notice.objects.get_or_create(decision=decision, defaults={"pdf": pdf})


@register("enrolment-end", _("End of a case after its last day"))
def end_case(payload: dict[str, Any]) -> None:
    """End the case once the last day of a use that was ended is over."""
    enrolment = Enrolment.objects.select_related("case").get(pk=payload["enrolment"])
    close_after_end(enrolment)
