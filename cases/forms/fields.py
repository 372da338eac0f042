"""Fields of the staff desk: names, readings, phones, choices that are limited."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from cases.models.child import KANA
from staff.dates import wareki
from staff.models import Partner
from staff.names import HIRAGANA

ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f]*$", _("Write it on one line."))
HALF_WIDTH_KANA = re.compile("[\uff65-\uff9f]+")
LONG = forms.Textarea(attrs={"rows": 8})
SHORT = forms.Textarea(attrs={"rows": 3})


def to_katakana(text: str) -> str:
    """Hiragana and half-width kana as katakana; other signs stay as they are."""
    text = HALF_WIDTH_KANA.sub(
        lambda found: unicodedata.normalize("NFKC", found[0]), text
    )
    return text.translate(HIRAGANA)


class KanaField(forms.CharField):
    """A reading: hiragana is taken and turned into katakana."""

    default_validators = [KANA]

    def to_python(self, value) -> str:
        return to_katakana(super().to_python(value))


class PhoneField(forms.CharField):
    """A phone number in any width, kept with narrow digits and hyphens."""

    default_error_messages = {
        "invalid": _("Give a phone number such as 090-0000-0000."),
    }

    def to_python(self, value) -> str:
        text = unicodedata.normalize("NFKC", super().to_python(value))
        text = re.sub("[ー−‐–—]", "-", text).replace(" ", "")
        if text and not re.fullmatch(r"\+?[0-9()-]{9,18}", text):
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return text


class NameField(forms.CharField):
    """A name on one line, kept exactly as it is typed."""

    default_validators = [ONE_LINE]


class PartnerChoiceField(forms.ModelChoiceField):
    """A school or group in use."""

    def __init__(self, **kwargs):
        super().__init__(Partner.objects.filter(is_active=True), **kwargs)


class ChildChoiceField(forms.ModelChoiceField):
    """A child among those offered, told apart by what is on file."""

    def label_from_instance(self, child) -> str:
        born = wareki(child.birth_date) if child.birth_date else ""
        school = child.school.name if child.school else ""
        parts = [child.number, child.full_name, child.full_kana, born, school]
        return " / ".join(part for part in parts if part)
