"""Writes of invitations: made, copied once, revoked, and asked at the door."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forms.models import FormDefinition, Invitation, Submission
from forms.services.drafts import hash_of
from forms.services.windows import NotReceived
from staff.models import AuditEvent, Partner, Unit, User
from staff.services import record_event, year_number


@transaction.atomic
def invite(
    form: FormDefinition,
    *,
    by: User,
    unit: Unit,
    expires_at: datetime,
    partner: Partner | None = None,
    reference: str = "",
    max_uses: int = 1,
) -> tuple[Invitation, str]:
    """Make an invitation; return it and the token of its link, shown this once."""
    if unit.pk not in by.scope.unit_ids:
        raise ValidationError(_("You can only invite for your own unit."))
    if expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("This day is over already.")})
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        number=year_number("invitation", "V"),
        token_hash=hash_of(token),
        form=form,
        partner=partner,
        reference=reference,
        max_uses=max_uses,
        expires_at=expires_at,
        unit=unit,
        created_by=by,
    )
    invitation.full_clean()
    invitation.save(force_insert=True)
    record_event(
        "portal_forms.invitation.created",
        invitation,
        action=AuditEvent.Action.CREATE,
        by=by,
        form=form.slug,
        partner=partner.code if partner else "",
        uses=max_uses,
        until=expires_at.isoformat(),
    )
    return invitation, token


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> Invitation:
    """Take an invitation back: its link and the drafts begun with it send no more."""
    changed = Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not changed:
        raise ValidationError(_("This invitation has been revoked already."))
    record_event("portal_forms.invitation.revoked", invitation, by=by)
    return Invitation.objects.get(pk=invitation.pk)


def invitation_of(token: str) -> Invitation | None:
    """The invitation that a link names, whatever its state."""
    found = Invitation.objects.select_related("form", "partner").with_uses()
    return found.filter(token_hash=hash_of(token)).first() if token else None


def is_good(invitation: Invitation) -> bool:
    """Whether a form may be begun with it now."""
    has_partner = invitation.partner_id is None or invitation.partner.is_active
    return invitation.state == "open" and has_partner


def take_use(invitation_id: int | None) -> None:
    """NotReceived unless the invitation may be sent once more.

    Its row is locked until the commit, so of two senders at once one comes too late.
    """
    if invitation_id is None:
        return
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("partner")
        .get(pk=invitation_id)
    )
    used = Submission.objects.filter(invitation=invitation_id).count()
    invitation.uses = used
    if not is_good(invitation):
        raise NotReceived(
            _("The invitation is used up, has expired or was revoked."), "invitation"
        )
