"""The audit: who did what, and who saw whom. Rows are added and never changed."""

import hashlib
import json

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models.indexes import filled_only
from staff.querysets import AuditEventQuerySet

ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


class AuditEvent(models.Model):
    """One event, chained to the one before it by its digest.

    ``record`` is the number of the record, ``subject`` the number of the child it is
    about (empty where it is about no child). No names, no answers: numbers only.
    """

    class Action(models.TextChoices):
        VIEW = "view", _("Opened")
        DENIED = "denied", _("Was refused")
        EXPORT = "export", _("Exported")
        IMPORT = "import", _("Imported")
        DOWNLOAD = "download", _("Downloaded")
        CREATE = "create", _("Created")
        CHANGE = "change", _("Changed")
        DECIDE = "decide", _("Took a decision")
        LOGIN = "login", _("Logged in")

    seq = models.BigIntegerField(_("Sequence"), unique=True)
    at = models.DateTimeField(_("Time"), db_index=True)
    by = models.ForeignKey(
        "staff.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Who"),
        db_index=False,  # audit_by_account begins with it
    )
    by_roles = models.CharField(_("Roles at the time"), max_length=200, blank=True)
    action = models.CharField(_("Action"), max_length=20, choices=Action.choices)
    event = models.CharField(_("Event"), max_length=60)
    record_type = models.CharField(_("Kind of record"), max_length=60, blank=True)
    record = models.CharField(_("Record"), max_length=60, blank=True, db_index=True)
    subject = models.CharField(_("Child"), max_length=30, blank=True, db_index=True)
    detail = models.JSONField(_("Detail"), default=dict)
    ip = models.CharField(_("Address"), max_length=45, blank=True)
    previous = models.CharField(max_length=64)
    # Not unique by an index of its own: it stands over ``seq``, which is.
    digest = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        verbose_name = _("Audit event")
        verbose_name_plural = _("Audit log")
        indexes = [filled_only("by", "audit_by_account", "-seq")]

    def __str__(self) -> str:
        return f"{self.seq}"

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise ValidationError(_("The audit log cannot be changed."))
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError(_("The audit log cannot be changed."))

    def computed_digest(self) -> str:
        """The digest that this row must carry, over its content and ``previous``."""
        content = {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "by": self.by_id,
            "by_roles": self.by_roles,
            "action": self.action,
            "event": self.event,
            "record_type": self.record_type,
            "record": self.record,
            "subject": self.subject,
            "detail": self.detail,
            "ip": self.ip,
            "previous": self.previous,
        }
        return hashlib.sha256(ENCODER.encode(content).encode()).hexdigest()
