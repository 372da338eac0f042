"""What the answers of a form become here."""

from django.utils.translation import gettext_lazy as _

from cases import services
from forms import handlers
from forms.models import Submission


@handlers.register("receive-referral", label=_("Take in as a referral"))
def receive_referral(submission: Submission) -> None:
    """A referral, in the transaction that stores the answers."""
    services.receive_referral(submission)
