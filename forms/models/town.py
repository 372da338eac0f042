"""Postal codes and the places they stand for, as the city loads them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Town(models.Model):
    """A place with its postal code. Public data; a form fills in an address from it."""

    postcode = models.CharField(_("Postal code"), max_length=7, db_index=True)
    name = models.CharField(_("Address up to the town"), max_length=100)

    class Meta:
        ordering = ["postcode", "pk"]
        verbose_name = _("Postal code")
        verbose_name_plural = _("Postal codes")
        constraints = [
            models.UniqueConstraint(name="town_once", fields=["postcode", "name"])
        ]

    def __str__(self) -> str:
        return f"{self.postcode} {self.name}"
