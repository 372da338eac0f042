"""The screens that belong to one form, and the way from each to the others."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forms.models import FormDefinition

BESIDE = [
    (_("Try it out"), "try", "view"),
    (_("Map and check"), "overview", "site"),
    (_("What differs"), "compare", "history"),
    (_("Versions"), "versions", "list-ul"),
    (_("Period and places"), "window", "date"),
    (_("How the form is received"), "conduct", "cogs"),
    (_("Save as a file"), "file", "download"),
]


def screens_of(form: FormDefinition, path: str) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the one at hand; the editor comes first."""
    screens = [(_("Edit the questions"), "edit"), *(row[:2] for row in BESIDE)]
    found = []
    for label, name in screens:
        address = reverse(f"forms_admin:{name}", args=[form.pk])
        found.append((label, address, address == path))
    return found
