"""Which facts came with the publication of a site's page, and as what."""

from django.db import models


class PlannedFact(models.Model):
    """A block of a page that became a fact when the page was published.

    What was taken over is kept beside the fact: a fact that staff change by hand later
    stays as they changed it, until the block says something else.
    """

    page = models.ForeignKey(
        "programs.SitePage", on_delete=models.CASCADE, related_name="planned_facts"
    )
    block = models.CharField(max_length=40)
    value = models.JSONField()
    holiday = models.ForeignKey(
        "programs.SchoolHoliday",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    change = models.ForeignKey(
        "programs.OpeningException",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    is_new = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="planned_fact_once_a_block", fields=["page", "block"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id}/{self.block}"

    @property
    def fact(self):
        return self.holiday or self.change

    @property
    def begins_on(self):
        return self.holiday.starts_on if self.holiday else self.change.date
