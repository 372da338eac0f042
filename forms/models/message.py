"""What the city and the sender write to each other about something that was sent."""

import re

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from forms.querysets import OfSubmissionQuerySet

KANA = re.compile("[\u3041-\u30fa]")


class SubmissionMessage(models.Model):
    """One message in the thread of a submission: a question of the city, or a reply.

    It is never changed; only when the other side first saw it is added.
    """

    class Side(models.TextChoices):
        CITY = "city", _("The city")
        SENDER = "sender", _("The sender")

    submission = models.ForeignKey(
        "portal_forms.Submission", on_delete=models.PROTECT, related_name="messages"
    )
    side = models.CharField(_("Side"), max_length=10, choices=Side.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    token = models.CharField(max_length=80, unique=True, editable=False)
    text = models.TextField(_("Text"), max_length=2000)
    written_at = models.DateTimeField(_("Written at"), auto_now_add=True)
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)

    objects = OfSubmissionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Message")
        verbose_name_plural = _("Messages")

    def __str__(self) -> str:
        return f"{self.submission_id}-{self.pk}"

    @property
    def is_japanese(self) -> bool:
        """Whether it is read aloud as Japanese, whatever the page around it is in."""
        return bool(KANA.search(self.text))
