"""The lists that the check of pages reads: the city edits them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckWord(models.Model):
    """A word or sign that the check of pages knows, and what stands in its place."""

    class Kind(models.TextChoices):
        VAGUE_LINK = "vague_link", _("Text of a link that says nothing")
        SIGN = "sign", _("Sign that differs from machine to machine")
        DOUBTFUL = "doubtful", _("Variant of a character, right in names only")
        NAME = "name", _("Name that the check never changes")

    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices)
    text = models.CharField(_("Word or sign"), max_length=40)
    replacement = models.CharField(
        _("To be written instead"),
        max_length=40,
        blank=True,
        help_text=_("For signs: what the button “Mend” puts there. Empty: nothing."),
    )

    class Meta:
        ordering = ["kind", "text"]
        verbose_name = _("Word of the check")
        verbose_name_plural = _("Words of the check")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "text"],
                name="check_word_once",
                violation_error_message=_("This word is on the list already."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """What is put in place of a sign holds no sign of the list, nor itself."""
        if not self.text.strip():
            raise ValidationError({"text": _("Write the word or the sign.")})
        if self.kind == self.Kind.SIGN and self.replacement:
            others = CheckWord.objects.filter(kind=self.Kind.SIGN).exclude(pk=self.pk)
            signs = {self.text, *others.values_list("text", flat=True)}
            if any(sign in self.replacement for sign in signs):
                raise ValidationError(
                    {"replacement": _("Write it without signs of this list.")}
                )
