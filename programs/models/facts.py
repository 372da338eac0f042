"""Facts about the programme that pages, forms, casework and the API all read."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel

from home.blocks import ICONS, is_phone
from home.models import Cared
from home.phrases import said
from programs.querysets import ServiceTypeQuerySet, SiteQuerySet

A_DAY = [MinValueValidator(1), MaxValueValidator(31)]


class ServiceType(Cared):
    """One of the services of the contract. Codes stay; the city edits the labels."""

    class Unit(models.TextChoices):
        PERSON_TIMES = "person_times", _("Person-times")
        MEALS = "meals", _("Counted meals")
        EVENTS = "events", _("Events and person-times")
        CONTACTS = "contacts", _("Counted contacts")
        TRIPS = "trips", _("One-way trips")

    code = models.SlugField(_("Code"), max_length=10, unique=True)
    label_official = models.CharField(_("Label in the contract"), max_length=60)
    label_public = models.CharField(_("Label for the public"), max_length=60)
    description = models.TextField(_("Description"), blank=True, max_length=400)
    unit = models.CharField(_("Counted in"), max_length=20, choices=Unit.choices)
    icon = models.CharField(
        _("Icon"), max_length=20, choices=ICONS, default="info", blank=True
    )
    is_optional = models.BooleanField(_("Optional service"), default=False)
    is_public = models.BooleanField(_("Shown to the public"), default=True)
    order = models.PositiveSmallIntegerField(_("Order"), default=0)

    objects = ServiceTypeQuerySet.as_manager()

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("Service")
        verbose_name_plural = _("Services")

    def __str__(self) -> str:
        return self.label_official


class Site(Cared, ClusterableModel):
    """A place that children come to; a satellite names its main site."""

    class AddressVisibility(models.TextChoices):
        PUBLIC = "public", _("Address shown")
        AREA_ONLY = "area_only", _("Area only")
        HIDDEN = "hidden", _("Address hidden")

    class HolidayRule(models.TextChoices):
        UNKNOWN = "unknown", _("Not settled (the public is asked to enquire)")
        OPEN = "open", _("Open as on other days")
        CLOSED = "closed", _("Closed on public holidays")
        SCHOOL_HOLIDAY = "school_holiday", _("Hours of school holidays")

    class YearEndRule(models.TextChoices):
        OPEN = "open", _("Open as on other days")
        CLOSED = "closed", _("Closed over the New Year")

    slug = models.SlugField(_("Address part"), max_length=40, unique=True)
    name = models.CharField(_("Name"), max_length=60)
    name_kana = models.CharField(_("Name in kana"), max_length=100, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="satellites",
        verbose_name=_("Main site"),
    )
    operator = models.ForeignKey(
        "staff.Operator",
        on_delete=models.PROTECT,
        related_name="sites",
        verbose_name=_("Operator"),
    )
    capacity_guide = models.PositiveSmallIntegerField(
        _("Capacity as a guide"), null=True, blank=True
    )
    capacity_note = models.CharField(_("Note on capacity"), max_length=200, blank=True)
    audience = models.CharField(_("Whom it is for"), max_length=200, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    area = models.CharField(_("Area"), max_length=100, blank=True)
    address_visibility = models.CharField(
        _("Show the address"),
        max_length=20,
        choices=AddressVisibility.choices,
        default=AddressVisibility.HIDDEN,
    )
    phone = models.CharField(
        _("Phone"), max_length=20, blank=True, validators=[is_phone]
    )
    fee_note = models.CharField(_("Fees"), max_length=200, blank=True)
    holiday_rule = models.CharField(
        _("On public holidays"),
        max_length=20,
        choices=HolidayRule.choices,
        default=HolidayRule.UNKNOWN,
    )
    year_end_rule = models.CharField(
        _("Over the New Year"),
        max_length=10,
        choices=YearEndRule.choices,
        blank=True,
        help_text=_("While it is empty, the public is asked to enquire."),
    )
    year_end_from = models.PositiveSmallIntegerField(
        _("First day of the New Year closure, in December"),
        null=True,
        blank=True,
        validators=A_DAY,
        help_text=_("Only the number of the day. Empty: 29."),
    )
    new_year_until = models.PositiveSmallIntegerField(
        _("Last day of the New Year closure, in January"),
        null=True,
        blank=True,
        validators=A_DAY,
        help_text=_("Only the number of the day. Empty: 3."),
    )
    facts_at = models.DateTimeField(
        _("Facts last changed at"), default=timezone.now, editable=False
    )
    is_public = models.BooleanField(_("Shown to the public"), default=True)
    notices = models.ManyToManyField(
        "home.Notice", related_name="sites", blank=True, editable=False
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Site")
        verbose_name_plural = _("Sites")

    def audit_detail(self) -> dict[str, object]:
        """What the audit keeps of a change: who runs the site."""
        return {"operator": self.operator_id}

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A satellite belongs to a main site that is no satellite itself."""
        if self.parent and (self.parent.parent_id or self.parent_id == self.pk):
            raise ValidationError(
                {"parent": _("Choose a main site that is not a satellite itself.")}
            )

    @property
    def shown_address(self) -> str:
        """The address as far as it may be shown; empty when it is kept back."""
        return {
            self.AddressVisibility.PUBLIC: self.address,
            self.AddressVisibility.AREA_ONLY: self.area,
        }.get(self.address_visibility, "")

    @property
    def searched_words(self) -> list[str]:
        """What the site's page says of it, for the search; never a hidden address."""
        main = self.parent.name if self.parent and self.parent.is_public else ""
        return [
            self.name,
            self.name_kana,
            main,
            self.audience,
            self.capacity_words,
            self.shown_address,
            self.fee_note,
        ]

    @property
    def capacity_words(self) -> str:
        """The guide with its note, such as ``25名程度（小学生・中学生中心）``."""
        parts = []
        if self.capacity_guide is not None:
            parts.append(_("About %(count)d children") % {"count": self.capacity_guide})
        return "\n".join(filter(None, [*map(str, parts), said(self.capacity_note)]))
