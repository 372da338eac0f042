"""Who hears of a decision by mail. The mails carry numbers only."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from decisions.models import Decision
from exchange.mail import notify
from programs.models import Site
from staff.models import AuditEvent, Membership, User
from staff.people import holders

Kind = Decision.Kind


def approvers(decision: Decision) -> list[User]:
    """Those who may approve it, without the person who drafted it."""
    role = Membership.Role
    if decision.is_by_head:
        people = holders(role=role.CENTRE_HEAD)
    else:
        people = holders(role=role.PROGRAMME_MANAGER, is_lead=True)
    return list(people.exclude(pk=decision.drafted_by_id).order_by("pk"))


def tell(
    people: Iterable[User], draft: Decision, event: AuditEvent, *, waits: bool
) -> None:
    """Mail that a draft waits for approval, or that it was sent back."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = (
            _("A decision waits for your approval: %(number)s")
            if waits
            else _("A draft was sent back to you: %(number)s")
        ) % {"number": draft}
        notify(
            people,
            subject=subject,
            lines=[subject],
            path=draft.get_admin_url(),
            key=f"decision:{draft.pk}:{event.seq}",
        )


def tell_decided(decision: Decision) -> None:
    """Mail the unit in charge, and the site where the decision concerns it."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Decided: %(number)s") % {"number": decision.number}
        lines = [
            _("Decision: %(number)s") % {"number": decision.number},
            _("Case: %(number)s") % {"number": decision.case.number},
        ]
        watch = [_("Use was not approved. The family still needs somebody's eye.")]
        unit = holders(role=Membership.Role.CASE_WORKER, unit=decision.case.unit_id)
        notify(
            unit,
            subject=subject,
            lines=lines + (watch if decision.kind == Kind.NOT_USE else []),
            path=decision.get_admin_url(),
            key=f"decision:{decision.pk}:unit",
        )
        site = _site_concerned(decision)
        if site is not None:
            notify(
                holders(operator=site.operator_id),
                subject=subject,
                lines=lines,
                path=decision.case.get_admin_url(),
                key=f"decision:{decision.pk}:site",
            )


def _site_concerned(decision: Decision) -> Site | None:
    """The site that gains or loses a child by it, if any."""
    if decision.starts_use:
        return decision.site
    if decision.kind == Kind.END:
        return decision.supersedes.site
    return None
