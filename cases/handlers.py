"""What the answers of a form become here."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import panels, services
from cases.models import Case, CasePaper, Referral
from forms import handlers, keepers, news
from forms.models import Submission


@handlers.register("receive-referral", label=gettext_lazy("Take in as a referral"))
def receive_referrals(submissions: Sequence[Submission]) -> None:
    """Referrals, in the transaction that stores the answers."""
    services.receive_referrals(submissions)


def referral_of(submission: Submission) -> Referral | None:
    return Referral.objects.filter(submission=submission).first()


def case_of(submission: Submission) -> Case | None:
    papers = CasePaper.objects.filter(submission=submission).select_related("case")
    paper = papers.first()
    return paper.case if paper else None


def open_referral(submission: Submission, *, by, typed: str) -> Referral:
    """A referral made of answers that were only kept; the intake desk is told."""
    return services.receive_referrals([submission])[0]


def attach_to_case(submission: Submission, *, by, typed: str) -> Case:
    """Put the answers into the file of a case that this person works on."""
    case = Case.objects.worked_by(by).filter(number=typed.strip().upper()).first()
    if case is None:
        raise ValidationError(
            _("No case with this number is yours to write in. Check the number.")
        )
    return services.attach_paper(case, submission, by=by)


@panels.register(20)
def papers(request: HttpRequest, case: Case) -> panels.Panel | None:
    """The answers that were attached to the case, to the city."""
    found = CasePaper.objects.visible_to(request.user).filter(case=case)
    rows = list(found.select_related("submission__form", "attached_by"))
    if not rows:
        return None
    return {
        "title": _("Papers of a case"),
        "template": "cases/papers.html",
        "context": {"papers": rows},
        "actions": [],
    }


handlers.register_way_on(
    handlers.WayOn(
        name="open-referral",
        label=gettext_lazy("Open a referral"),
        permission="cases.view_referral",
        asks="",
        matter=referral_of,
        run=open_referral,
    )
)
handlers.register_way_on(
    handlers.WayOn(
        name="attach-to-case",
        label=gettext_lazy("Attach to a case"),
        permission="cases.add_contactlog",
        asks=gettext_lazy("Case number"),
        matter=case_of,
        run=attach_to_case,
    )
)


@news.register
def tell_of_news(submission: Submission, what: news.News, key: str) -> None:
    """The unit in charge of the referral learns that its sender wrote or took back."""
    services.tell_of_sender(submission, what, key)


@news.register_correction
def follow_correction(submission: Submission, correction: news.Correction) -> None:
    """The urgency of a referral that nobody has triaged is the sender's answer."""
    services.follow_correction(submission, correction)


@keepers.register("referral")
def keep_referrals(submissions):
    """Answers that became a referral are kept as long as that is."""
    found = Referral.objects.filter(submission__in=submissions)
    return found.values_list("submission_id", flat=True)


@keepers.register("case_paper")
def keep_papers(submissions):
    """Answers that belong to the file of a case are kept as long as that is."""
    found = CasePaper.objects.filter(submission__in=submissions)
    return found.values_list("submission_id", flat=True)
