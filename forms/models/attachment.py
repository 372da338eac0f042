"""A file that came with answers, or with a message about them."""

import uuid

from django.db import models, transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange import scanning
from exchange.inspection import ENDINGS, SHORT
from exchange.storage import PrivateStorage
from forms.querysets import AttachmentQuerySet

storage = PrivateStorage("attachments")


class Attachment(models.Model):
    """One file: of a draft, and once that is sent, of the submission.

    ``name`` is what the sender called it, for people's eyes only. The bytes lie in
    private storage under ``stored_as``, which tells nothing, and leave through views
    that ask who it is for. ``row`` names the row of a repeated group. Whoever deletes
    this row, by whatever door, deletes the bytes once that is committed.
    """

    class Scan(models.TextChoices):
        PENDING = "pending", gettext_lazy("Waiting for the virus scan")
        UNSCANNED = "unscanned", gettext_lazy("Not scanned for viruses")
        CLEAN = "clean", gettext_lazy("Scanned, nothing found")
        INFECTED = "infected", gettext_lazy("A virus was found; the file was removed")
        UNREADABLE = "unreadable", gettext_lazy("Could not be scanned")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(
        "portal_forms.Draft",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
    )
    submission = models.ForeignKey(
        "portal_forms.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
    )
    message = models.ForeignKey(
        "portal_forms.SubmissionMessage",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
    )
    field_key = models.CharField(max_length=80, blank=True)
    row = models.CharField(max_length=40, blank=True)
    name = models.CharField(gettext_lazy("File"), max_length=150)
    type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(gettext_lazy("Size"))
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=60, unique=True, editable=False)
    scan_state = models.CharField(
        gettext_lazy("Virus scan"), max_length=20, choices=Scan.choices
    )
    scanned_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(
        gettext_lazy("Received at"), auto_now_add=True, db_index=True
    )

    objects = AttachmentQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = gettext_lazy("Attached file")
        verbose_name_plural = gettext_lazy("Attached files")
        constraints = [
            models.CheckConstraint(
                name="attachment_of_one",
                condition=Q(draft=None, submission__isnull=False)
                | Q(draft__isnull=False, submission=None, message=None),
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="attachment_to_scan",
                condition=Q(scan_state__in=["pending", "unscanned"]),
            )
        ]

    def __str__(self) -> str:
        return f"F{self.pk}"

    @property
    def audit_subject(self) -> str:
        """The child that the answers are about, if they became somebody's matter."""
        referral = getattr(self.submission, "referral", None)
        return referral.audit_subject if referral else ""

    @property
    def may_be_opened(self) -> bool:
        """Whether the file is handed out. Where there is a scanner, only once clean."""
        if self.scan_state == self.Scan.INFECTED:
            return False
        return self.scan_state == self.Scan.CLEAN or not scanning.is_configured()

    @property
    def is_risky(self) -> bool:
        """Whether to warn before it is opened."""
        return self.may_be_opened and self.scan_state != self.Scan.CLEAN

    @property
    def short_type(self) -> str:
        return SHORT.get(self.type, "")

    @property
    def neutral_name(self) -> str:
        """The name under which it is saved: a number, never what the sender wrote."""
        of = self.submission.receipt if self.submission_id else "file"
        return f"{of}-{self.pk}.{ENDINGS.get(self.type, 'bin')}"

    def as_value(self) -> dict[str, object]:
        """How the answers name this file."""
        return {
            "id": str(self.uuid),
            "name": self.name,
            "type": self.type,
            "size": self.size,
        }

    def content(self) -> bytes:
        return storage.read(self.stored_as)


def size_in_words(size: int) -> str:
    if size < 1024 * 1024:
        return _("%(size)s KB") % {"size": max(1, round(size / 1024))}
    return _("%(size)s MB") % {"size": f"{size / 1024 / 1024:.1f}"}


@receiver(models.signals.post_delete, sender=Attachment)
def remove_bytes(instance: Attachment, using: str, **kwargs) -> None:
    """A row that goes takes its bytes along, once it is gone for good."""
    name = instance.stored_as
    transaction.on_commit(lambda: storage.delete(name), using=using, robust=True)
