"""When a site is open: its weekly hours, the school holidays, the days that differ."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from programs.models.facts import Site
from staff.dates import fiscal_year, fiscal_year_words

LONGEST = timedelta(days=366)
NEAR = timedelta(days=5 * 366)
TOO_FAR = _("Give a day within five years of today.")
TOO_LONG = _("Give at most a year at once, or change the hours.")
TOO_LONG_A_HOLIDAY = _("A period of school holidays is a year at most.")


def is_near(day: date) -> bool:
    """Whether somebody may have meant that day; one far away is a slip of the keys."""
    return abs(day - timezone.localdate()) <= NEAR


def refuse_far(row: models.Model, *names: str) -> None:
    """Refuse days far from today; one that is kept already may stay as it is."""
    far = {name for name in names if (day := getattr(row, name)) and not is_near(day)}
    if far and row.pk:
        kept = type(row).objects.filter(pk=row.pk).values(*names).first() or {}
        far = {name for name in far if kept.get(name) != getattr(row, name)}
    if far:
        raise ValidationError(dict.fromkeys(far, TOO_FAR))


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
    """A period of school holidays of the city (both days included).

    It belongs to the fiscal year in which it begins.
    """

    name = models.CharField(_("Name"), max_length=40)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))
    changed_at = models.DateTimeField(_("Last changed at"), auto_now=True, null=True)

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

    def clean(self) -> None:
        """Near today, and a year at most."""
        refuse_far(self, "starts_on", "ends_on")
        first, last = self.starts_on, self.ends_on
        if first and last and last - first > LONGEST:
            raise ValidationError({"ends_on": TOO_LONG_A_HOLIDAY})

    def fiscal_year_words(self) -> str:
        """The fiscal year that the period belongs to: ``令和8年度``."""
        return fiscal_year_words(fiscal_year(self.starts_on))

    fiscal_year_words.short_description = _("Fiscal year")


class OpeningException(models.Model):
    """A day, or several in a row, that differ: closed, or open at other hours.

    It wins over every rule. Where two hold on the same day, one that came with an
    emergency notice wins, then the shorter one, then the later entered.
    """

    site = ParentalKey(
        Site,
        on_delete=models.CASCADE,
        related_name="exceptions",
        verbose_name=_("Site"),
    )
    date = models.DateField(_("Date"))
    last_day = models.DateField(
        _("Last day"),
        null=True,
        blank=True,
        help_text=_("Only for several days in a row; both days are included."),
    )
    opens = models.TimeField(_("Opens"), null=True, blank=True)
    closes = models.TimeField(
        _("Closes"), null=True, blank=True, help_text=_("Leave both empty: closed.")
    )
    reason = models.CharField(_("Reason"), max_length=100)
    notice = models.ForeignKey(
        "home.Notice",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="closures",
        verbose_name=_("Emergency notice"),
    )
    changed_at = models.DateTimeField(_("Last changed at"), auto_now=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("Closure or change")
        verbose_name_plural = _("Closures and changes")
        constraints = [
            models.CheckConstraint(
                name="opening_exception_ends_after_start",
                condition=Q(last_day=None) | Q(last_day__gte=F("date")),
                violation_error_message=_("It cannot end before it begins."),
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

    def clean(self) -> None:
        """Near today, a year at once: a longer one is a change of the weekly hours."""
        refuse_far(self, "date", "last_day")
        if self.date and self.last_day and self.last_day - self.date > LONGEST:
            raise ValidationError({"last_day": TOO_LONG})

    @property
    def rank(self) -> tuple:
        """What counts more sorts later."""
        length = self.ends_on - self.date
        return (self.notice_id is not None, -length, self.pk)

    @property
    def ends_on(self):
        """The last day on which it holds."""
        return self.last_day or self.date
