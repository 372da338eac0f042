"""The papers of forms: the sender's copy of what was sent, the sheet of the desk."""

from exchange.pdf import render_pdf
from forms.answers import pages_of
from forms.corrected import last_of, shown_pages
from forms.models import EnteredFor, Submission


def copy_of(submission: Submission) -> bytes:
    """The sender's copy as PDF: every answer in the words of its version."""
    context = {"submission": submission, "pages": pages_of(submission)}
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
