"""The bodies that people belong to: units of the city, operators, partners."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A section of the city. Its *function* decides what is routed to it."""

    class Function(models.TextChoices):
        INTAKE = "intake", _("Intake desk")
        CASEWORK = "casework", _("Casework")
        PROTECTION = "protection", _("Casework of children on the council's list")
        PROGRAMME = "programme", _("Running the programme")
        HEAD = "head", _("Head of the centre")

    code = models.SlugField(_("Code"), max_length=30, unique=True)
    name = models.CharField(_("Name"), max_length=100)
    function = models.CharField(_("Function"), max_length=20, choices=Function.choices)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Unit")
        verbose_name_plural = _("Units")

    def __str__(self) -> str:
        return self.name


class Operator(models.Model):
    """The body under contract that runs one or more sites."""

    name = models.CharField(_("Name"), max_length=100, unique=True)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)
    contract_from = models.DateField(_("Contract from"))
    contract_to = models.DateField(_("Contract until"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Operator")
        verbose_name_plural = _("Operators")

    def __str__(self) -> str:
        return self.name


class Partner(models.Model):
    """A school, or a group that keeps a place for children; it refers children."""

    class Kind(models.TextChoices):
        SCHOOL = "school", _("School")
        GROUP = "group", _("Children's place in the community")
        OTHER = "other", _("Other body")

    code = models.CharField(
        _("Partner code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(r"^[0-9A-Za-z-]+$", _("Use digits, letters and hyphens."))
        ],
        help_text=_("Digits, letters and hyphens. It never changes."),
    )
    name = models.CharField(_("Partner name"), max_length=100)
    name_kana = models.CharField(_("Name in kana"), max_length=100, blank=True)
    kind = models.CharField(_("Kind of partner"), max_length=20, choices=Kind.choices)
    phone = models.CharField(
        _("Phone"),
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(
                r"^0\d{9,10}$",
                _("Give a phone number of 10 or 11 digits that begins with 0."),
            )
        ],
    )
    postal_code = models.CharField(
        _("Postal code"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^\d{7}$", _("Give a postal code of 7 digits."))],
    )
    address = models.CharField(_("Address"), max_length=200, blank=True)
    is_active = models.BooleanField(_("Kept in use"), default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("School or group")
        verbose_name_plural = _("Schools and groups")

    def __str__(self) -> str:
        return self.name
