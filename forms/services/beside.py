"""What hangs on a question outside the version: the places and the mail to senders."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from forms.models import FormDefinition, FormSettings, FormWindow
from forms.words import Use, by_key


def uses_beside(form: FormDefinition) -> dict[str, list[Use]]:
    """By question: the settings beside the form that name it."""
    found: dict[str, list[Use]] = {}
    window = FormWindow.objects.filter(form=form.pk).exclude(counted="").first()
    if window:
        words = _("The places are counted by it.")
        use = Use("places", "", _("Period and places"), words)
        found.setdefault(window.counted, []).append(use)
    conduct = FormSettings.objects.filter(form=form.pk).exclude(sender_question="")
    for row in conduct:
        words = _("The mail to the sender goes to this address.")
        use = Use("mail", "", _("How the form is received"), words)
        found.setdefault(row.sender_question, []).append(use)
    return found


def left_without(
    form: FormDefinition, document: Mapping[str, Any], before: Mapping[str, Any]
) -> list[str]:
    """Why a document cannot follow *before*: a setting needs a question now gone."""
    now, then = by_key(document), by_key(before) if before else {}
    return [
        _(
            "“%(label)s” is gone, but “%(setting)s” needs it. Choose something else"
            " there first, then publish."
        )
        % {"label": then[key]["label"], "setting": use.label}
        for key, uses in uses_beside(form).items()
        if key not in now and key in then
        for use in uses
    ]
