"""Numbers that people quote: one series per kind and fiscal year."""

from django.db import models


class NumberSeries(models.Model):
    """The last number given out of one kind in one fiscal year (0: not by year)."""

    kind = models.CharField(max_length=20)
    fiscal_year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="number_series_once", fields=["kind", "fiscal_year"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fiscal_year}"
