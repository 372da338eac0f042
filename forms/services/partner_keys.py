"""Writes of partner keys, and the one place where a key is recognised."""

import secrets
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from forms.models import PartnerKey
from forms.services.drafts import hash_of
from staff.models import AuditEvent, Partner, User
from staff.services import record_event

MARK = "ibk"
NOBODY = "0" * 64


@transaction.atomic
def make_key(
    partner: Partner, *, purpose: str, expires_on: date, by: User
) -> tuple[PartnerKey, str]:
    """A new key for a partner's program, and its text, which is not kept."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"{MARK}_{prefix}_{secret}"
    key = PartnerKey(
        partner=partner,
        purpose=purpose,
        prefix=prefix,
        key_hash=hash_of(text),
        expires_on=expires_on,
        made_by=by,
    )
    key.full_clean()
    key.save(force_insert=True)
    record_event(
        "portal_forms.partner_key.made",
        key,
        action=AuditEvent.Action.CREATE,
        by=by,
        partner=partner.pk,
        until=expires_on.isoformat(),
    )
    return key, text


@transaction.atomic
def revoke_key(key: PartnerKey, *, by: User) -> None:
    """From now on the key opens nothing; what was sent with it stays."""
    waiting = PartnerKey.objects.filter(pk=key.pk, revoked_at=None)
    if waiting.update(revoked_at=timezone.now()):
        record_event("portal_forms.partner_key.revoked", key, by=by)


def key_of_text(text: str) -> PartnerKey | None:
    """The key in force that reads *text*; None for a wrong, ended or revoked one."""
    parts = text.split("_", 2)
    found = None
    if len(parts) == 3 and parts[0] == MARK:
        keys = PartnerKey.objects.select_related("partner")
        found = keys.filter(prefix=parts[1][:12]).first()
    expected = found.key_hash if found else NOBODY
    is_right = constant_time_compare(expected, hash_of(text))
    return found if found and is_right and found.is_in_force else None
