"""Facts about the programme that pages, forms, casework and the API all read."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from home.blocks import ICONS, is_phone
from home.models import Cared
from programs.querysets import ServiceTypeQuerySet, SiteQuerySet


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
    is_public = models.BooleanField(_("Shown to the public"), default=True)

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
        return "\n".join(filter(None, [*map(str, parts), self.capacity_note]))


class OpeningHours(models.Model):
    """Opening hours of a weekday, in term or in the school holidays."""

    class Season(models.TextChoices):
        TERM = "term", _("In term")
        SCHOOL_HOLIDAY = "school_holiday", _("School holidays")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    site = ParentalKey(
        Site, on_delete=models.CASCADE, related_name="hours", verbose_name=_("Site")
    )
    season = models.CharField(_("Season"), max_length=20, choices=Season.choices)
    weekday = models.PositiveSmallIntegerField(_("Weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("Opens"))
    closes = models.TimeField(_("Closes"))

    class Meta:
        ordering = ["season", "weekday"]
        verbose_name = _("Opening hours")
        verbose_name_plural = _("Opening hours")
        constraints = [
            models.UniqueConstraint(
                name="opening_hours_once_a_weekday",
                fields=["site", "season", "weekday"],
                violation_error_message=_("This weekday is there already."),
            ),
            models.CheckConstraint(
                name="opening_hours_close_after_opening",
                condition=Q(closes__gt=F("opens")),
                violation_error_message=_("It must close after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_season_display()} {self.get_weekday_display()}"


class SchoolHoliday(models.Model):
    """A period of school holidays of the city (both days included)."""

    name = models.CharField(_("Name"), max_length=40)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))

    class Meta:
        ordering = ["starts_on"]
        verbose_name = _("School holidays")
        verbose_name_plural = _("School holidays")
        constraints = [
            models.CheckConstraint(
                name="school_holiday_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It cannot end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OpeningException(models.Model):
    """One day that differs: closed, or open at other hours. It wins over every rule."""

    site = ParentalKey(
        Site,
        on_delete=models.CASCADE,
        related_name="exceptions",
        verbose_name=_("Site"),
    )
    date = models.DateField(_("Date"))
    opens = models.TimeField(_("Opens"), null=True, blank=True)
    closes = models.TimeField(
        _("Closes"), null=True, blank=True, help_text=_("Leave both empty: closed.")
    )
    reason = models.CharField(_("Reason"), max_length=100)

    class Meta:
        ordering = ["date"]
        verbose_name = _("Closure or change")
        verbose_name_plural = _("Closures and changes")
        constraints = [
            models.UniqueConstraint(
                name="opening_exception_once_a_day",
                fields=["site", "date"],
                violation_error_message=_("This day is there already."),
            ),
            models.CheckConstraint(
                name="opening_exception_both_times_or_none",
                condition=Q(opens=None, closes=None) | Q(closes__gt=F("opens")),
                violation_error_message=_(
                    "Give both times, closing after opening, or neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}"
