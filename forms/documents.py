"""The papers of forms: the sender's copy of what was sent, the sheet of the desk."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from exchange.pdf import render_pdf
from forms.answers import pages_of
from forms.corrected import last_of, shown_pages
from forms.languages import in_language
from forms.models import EnteredFor, Submission


def copy_of(submission: Submission) -> bytes:
    """The sender's copy as PDF: every answer in the words of its version.

    It reads in the language in which the form was filled in.
    """
    language = submission.language or settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "submission": submission,
            "title": in_language(submission.version.document, language)["title"],
            "pages": pages_of(submission, language),
            "language": language,
        }
        if language != settings.LANGUAGE_CODE:
            # The paper itself speaks Japanese, to whomever it is shown; and this.
            context["words"] = {
                "copy": _("copy of your answers"),
                "receipt": _("Receipt number"),
                "received": _("Received at"),
                "empty": _("Not filled in"),
                "former": _("Former question"),
            }
    return render_pdf("forms/documents/copy.html", context)


def sheet_of(submission: Submission) -> bytes:
    """The sheet for the file (A4): the answers, with originals where corrected."""
    entered = EnteredFor.objects.filter(token=submission.token)
    context = {
        "submission": submission,
        "handling": submission.handling,
        "entered": entered.select_related("entered_by").first(),
        "pages": shown_pages(submission, last_of(submission.corrections.all())),
    }
    return render_pdf("forms/documents/sheet.html", context)
