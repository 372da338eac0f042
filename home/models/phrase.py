"""What a fact that is kept once says in the other languages of the portal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def other_languages() -> list[tuple[str, str]]:
    """The languages of the portal but the one in which facts are kept."""
    return [row for row in settings.LANGUAGES if row[0] != settings.LANGUAGE_CODE]


class Phrase(models.Model):
    """A text of a site, a service or a day, and the same in another language.

    Pages are translated page by page. What pages take from a record is typed once, in
    Japanese; here stand its words for the readers of another language.
    """

    text = models.CharField(
        _("Japanese"),
        max_length=400,
        help_text=_("Exactly as it stands in the fact, such as 冬休み."),
    )
    language = models.CharField(_("Language"), max_length=10, choices=other_languages)
    said = models.CharField(_("In this language"), max_length=800)

    class Meta:
        ordering = ["text", "language"]
        verbose_name = _("Fact in another language")
        verbose_name_plural = _("Facts in other languages")
        constraints = [
            models.UniqueConstraint(
                name="phrase_once_a_language",
                fields=["text", "language"],
                violation_error_message=_("This text is there in this language."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.text}（{self.get_language_display()}）"
