"""What the sender of a referral did after sending it: the unit in charge is told."""

from django.utils.translation import gettext_noop

from cases.models import Referral
from cases.services.taking import tell_unit
from forms.models import Submission
from forms.news import News

WORDS = {
    News.REPLIED: gettext_noop("The sender has replied: %(number)s"),
    News.WITHDRAWN: gettext_noop("The sender has taken a referral back: %(number)s"),
}


def tell_of_sender(submission: Submission, what: News, key: str) -> None:
    """Mail the unit in charge, with the number only. In the caller's transaction."""
    found = Referral.objects.select_related("unit").filter(submission=submission)
    referral = found.first()
    if referral is not None:
        tell_unit(referral.unit, referral, subject=WORDS[what], key=key)
