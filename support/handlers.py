"""What support does from the outbox."""

from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from exchange.handlers import register
from support.documents import plan_pdf
from support.models import PlanPaper, PlanVersion
from support.services import store_paper


@register("plan-paper", _("Paper of a confirmed plan"))
def make_paper(payload: dict[str, Any]) -> None:
    """Make and keep the paper of a confirmed version; once, however often called."""
    plan = PlanVersion.objects.get(pk=payload["plan"])
    if PlanPaper.objects.filter(plan=plan).exists():
        return
    pdf = plan_pdf(plan)
    try:
        store_paper(plan, pdf)
    except IntegrityError:
        # Another worker was quicker: its bytes are the paper.
        if not PlanPaper.objects.filter(plan=plan).exists():
            raise
