"""The paper of forms: the sender's copy of what was sent."""

from exchange.pdf import render_pdf
from forms.answers import pages_of
from forms.models import Submission


def copy_of(submission: Submission) -> bytes:
    """The sender's copy as PDF: every answer in the words of its version."""
    context = {"submission": submission, "pages": pages_of(submission)}
    return render_pdf("forms/documents/copy.html", context)
