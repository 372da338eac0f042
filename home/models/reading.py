"""The dictionary of readings that editors approved."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from home.kanji import KANJI

is_kana = RegexValidator(r"^[ぁ-ゖゝゞー・]+$", _("Write the reading in hiragana."))


class ReadingQuerySet(models.QuerySet):
    """Readings: words of the language, nobody's secret."""

    def approved(self) -> "ReadingQuerySet":
        return self.filter(is_approved=True)


class Reading(models.Model):
    """How a word is read. Only what an editor approved stands on a page."""

    word = models.CharField(
        _("Word"),
        max_length=40,
        unique=True,
        help_text=_(
            "With the kana that belong to it, such as 食べる. Longer words win."
        ),
    )
    reading = models.CharField(
        _("How it is read"),
        max_length=40,
        validators=[is_kana],
        help_text=_("The whole word in hiragana."),
    )
    is_approved = models.BooleanField(
        _("Approved"),
        default=False,
        help_text=_("Checked in a dictionary, or with those whose name it is."),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("Approved by"),
    )
    approved_on = models.DateField(
        _("Approved on"), null=True, blank=True, editable=False
    )

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["reading", "word"]
        verbose_name = _("Reading")
        verbose_name_plural = _("Readings (furigana)")

    def __str__(self) -> str:
        return f"{self.word}（{self.reading}）"

    def clean(self) -> None:
        """Only kanji need a reading, and no sign of markup is a word."""
        if not KANJI.search(self.word) or set(self.word) & set("<>&{}|\"' \t\n"):
            raise ValidationError(
                {"word": _("Write a word with kanji, without blanks and signs.")}
            )
