"""The sections of the city that keep pages and facts: one record each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from home.blocks import is_path, is_phone


class Section(models.Model):
    """A section (担当課) with the ways to reach it; changed once, shown everywhere."""

    name = models.CharField(_("Name"), max_length=60, unique=True)
    phone = models.CharField(
        _("Phone"), max_length=20, blank=True, validators=[is_phone]
    )
    fax = models.CharField(_("Fax"), max_length=20, blank=True, validators=[is_phone])
    mail = models.EmailField(_("Email"), blank=True)
    form_path = models.CharField(
        _("Form"),
        max_length=100,
        blank=True,
        validators=[is_path],
        help_text=_("The address of a form of this portal, such as /forms/visit/."),
    )
    hours = models.CharField(_("Hours of the office"), max_length=100, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("Section in charge")
        verbose_name_plural = _("Sections in charge")
        permissions = [("review_facts", "Can read the reports on pages and facts")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reached_in_writing(self) -> bool:
        """Whether somebody who cannot call has another way."""
        return bool(self.fax or self.mail or self.form_path)


class Cared(models.Model):
    """Something that holds as of a day, that a section keeps and looks at again."""

    as_of = models.CharField(
        _("Facts as of"), max_length=40, blank=True, help_text=_("Such as 令和6年時点.")
    )
    section = models.ForeignKey(
        Section,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Section in charge"),
    )
    review_by = models.DateField(
        _("To be reviewed by"),
        null=True,
        blank=True,
        help_text=_("From a month before, the report of facts names it."),
    )

    class Meta:
        abstract = True
