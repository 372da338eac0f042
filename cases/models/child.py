"""The child, and the adults who look after the child."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.querysets import ChildQuerySet, GuardianQuerySet
from staff.names import search_key

KANA = RegexValidator(r"^[ァ-ヺー・　 ]*$", _("Write the reading in katakana."))


def school_grade(birth: date, on: date) -> int:
    """The grade that a birth date gives on a day: 1 to 6 primary, 7 to 9 junior high.

    A school year takes in those born from 2 April to 1 April (学校教育法17条,
    年齢計算ニ関スル法律). Below 1: not at school yet; 10 to 12: of the age of senior
    high.
    """
    born = birth.year if birth >= date(birth.year, 4, 2) else birth.year - 1
    year = on.year if on.month >= 4 else on.year - 1
    return year - born - 6


def grade_label(grade: int) -> str:
    """A grade as people say it; empty beyond the age of senior high."""
    if grade < 1:
        return gettext("Before school age")
    if grade <= 6:
        return gettext("Primary school, year %(year)d") % {"year": grade}
    if grade <= 9:
        return gettext("Junior high school, year %(year)d") % {"year": grade - 6}
    if grade <= 12:
        return gettext("Of the age of senior high, year %(year)d") % {"year": grade - 9}
    return ""


class Child(models.Model):
    """A child, with names stored as they were typed.

    ``search_key`` is a folded copy for finding; the names themselves are never
    normalised. Read children through ``Child.objects.visible_to(user)``.
    """

    number = models.CharField(
        _("Child number"), max_length=16, unique=True, editable=False
    )
    family_name = models.CharField(_("Family name"), max_length=50)
    given_name = models.CharField(_("Given name"), max_length=50)
    family_kana = models.CharField(
        _("Family name in kana"), max_length=60, blank=True, validators=[KANA]
    )
    given_kana = models.CharField(
        _("Given name in kana"), max_length=60, blank=True, validators=[KANA]
    )
    birth_date = models.DateField(_("Date of birth"), null=True, blank=True)
    school = models.ForeignKey(
        "staff.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("School"),
    )
    grade_note = models.CharField(_("Grade and class"), max_length=40, blank=True)
    search_key = models.CharField(max_length=250, db_index=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ChildQuerySet.as_manager()

    class Meta:
        ordering = ["family_kana", "given_kana", "pk"]
        verbose_name = _("Child")
        verbose_name_plural = _("Children")

    def __str__(self) -> str:
        return self.number

    def save(self, *args, **kwargs) -> None:
        self.search_key = search_key(self.full_kana + self.full_name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.birth_date and self.birth_date > timezone.localdate():
            raise ValidationError({"birth_date": _("This date lies in the future.")})

    @property
    def full_name(self) -> str:
        return f"{self.family_name}　{self.given_name}"

    @property
    def full_kana(self) -> str:
        return f"{self.family_kana}　{self.given_kana}".strip("　")

    @property
    def audit_subject(self) -> str:
        return self.number


class Guardian(models.Model):
    """An adult who looks after the child."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardians")
    name = models.CharField(_("Full name"), max_length=100)
    kana = models.CharField(
        _("Full name in kana"), max_length=120, blank=True, validators=[KANA]
    )
    relation = models.CharField(_("Relation to the child"), max_length=20)
    phone = models.CharField(_("Phone"), max_length=20, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)

    objects = GuardianQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("Guardian")
        verbose_name_plural = _("Guardians")

    def __str__(self) -> str:
        return f"{self.child_id}-{self.pk}"
