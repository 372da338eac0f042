"""What the answers of a form become here."""

from django.utils.translation import gettext_lazy as _

from cases import services
from cases.models import Referral
from forms import handlers, keepers, news
from forms.models import Submission


@handlers.register("receive-referral", label=_("Take in as a referral"))
def receive_referral(submission: Submission) -> None:
    """A referral, in the transaction that stores the answers."""
    services.receive_referral(submission)


@news.register
def tell_of_news(submission: Submission, what: news.News, key: str) -> None:
    """The unit in charge of the referral learns that its sender wrote or took back."""
    services.tell_of_sender(submission, what, key)


@keepers.register("referral")
def keep_referrals(submissions):
    """Answers that became a referral are kept as long as that is."""
    found = Referral.objects.filter(submission__in=submissions)
    return found.values_list("submission_id", flat=True)
