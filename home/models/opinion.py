"""Whether pages were of use: counts by month, and nothing about anybody."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class PageOpinion(models.Model):
    """How often one answer was given on one page in one month."""

    class Answer(models.TextChoices):
        USEFUL = "useful", _("It was of use")
        PARTLY = "partly", _("Partly")
        USELESS = "useless", _("It was of no use")

    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, related_name="opinions", verbose_name=_("Page")
    )
    month = models.DateField(_("Month"))
    answer = models.CharField(_("Answer"), max_length=10, choices=Answer.choices)
    count = models.PositiveIntegerField(_("Count"), default=0)

    class Meta:
        verbose_name = _("Opinion on a page")
        constraints = [
            models.UniqueConstraint(
                name="opinion_once_a_month", fields=["page", "month", "answer"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.month:%Y-%m}"
