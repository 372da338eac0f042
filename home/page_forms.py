"""The form of a page in the editor: an address that every program can type."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

ROMAN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class PortalPageForm(WagtailAdminPageForm):
    """As Wagtail's; the part of the address is written in Roman letters."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        slug = self.fields.get("slug")
        if slug is not None:
            slug.help_text = _(
                "Small Roman letters, digits and hyphens, such as riyou-nagare. It"
                " becomes part of the address and should not change later."
            )
            slug.error_messages["required"] = slug.help_text
            # The field's own rule speaks of letters that city staff do not know.
            slug.validators = [one for one in slug.validators if not is_of_slugs(one)]

    def clean_slug(self):
        slug = self.cleaned_data.get("slug") or ""
        if slug and slug != self.instance.slug and not ROMAN.fullmatch(slug):
            raise ValidationError(
                _(
                    "Write this part of the address in small Roman letters, digits"
                    " and hyphens, such as riyou-nagare. Japanese cannot be used here."
                )
            )
        return slug


def is_of_slugs(validator) -> bool:
    """Whether a rule is Django's own about slugs."""
    return getattr(validator, "code", "") == "invalid" and hasattr(validator, "regex")
