"""What the desk shows first: what waits for this person. Numbers only, no names."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from home.approval import lists as pages
from reports import figures
from staff.models import User


@dataclass(frozen=True)
class Waiting:
    """A kind of thing that waits: how many, and where to find them."""

    label: str
    count: int
    url: str
    is_urgent: bool = False


def waiting_for(user: User) -> list[Waiting]:
    """What waits for this person today; nothing that is zero."""
    referrals = figures.open_referrals(user)
    plans = reverse("plans:index")
    found = [
        Waiting(
            _("Referrals: act right now"),
            referrals.urgent,
            reverse("referrals:index") + "?urgency=now",
            is_urgent=True,
        ),
        Waiting(_("Referrals to answer"), referrals.total, reverse("referrals:index")),
        Waiting(
            _("Assessments to confirm"),
            figures.assessments_to_confirm(user),
            reverse("assessments:index") + "?state=submitted",
        ),
        Waiting(
            _("Decisions to approve"),
            figures.decisions_to_approve(user),
            reverse("decisions:index") + "?state=circulated",
        ),
        Waiting(
            _("Pages to approve"),
            pages.count_waiting_for(user),
            reverse("page_approval:index"),
        ),
        Waiting(
            _("Pages that were sent back to you"),
            pages.count_sent_back_to(user),
            reverse("page_approval:index"),
        ),
        Waiting(
            _("Support plans to acknowledge"),
            figures.plans_to_acknowledge(user),
            f"{plans}?state=shared",
        ),
        Waiting(
            _("Support plans to confirm"),
            figures.plans_to_confirm(user),
            f"{plans}?state=shared",
        ),
        Waiting(
            _("Support plans to review within 14 days"),
            figures.plans_to_review(user),
            f"{plans}?state=confirmed&ordering=review_on",
        ),
        Waiting(
            _("Things that could not be sent"),
            figures.things_undelivered(user),
            reverse("exchange:outbox"),
            is_urgent=True,
        ),
    ]
    return [item for item in found if item.count]


class WaitingPanel(Component):
    """「あなたを待っているもの」, with the children registered at each site."""

    name = "waiting"
    order = 10
    template_name = "reports/waiting_panel.html"

    def get_context_data(self, parent_context) -> dict[str, object]:
        user = parent_context["request"].user
        return {
            "waiting": waiting_for(user),
            "sites": figures.registered_by_site(user),
        }
