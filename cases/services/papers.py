"""Received answers in the file of a case."""

from django.db import transaction

from cases.models import Case, CasePaper
from cases.services.taking import must_work_on
from forms.models import Submission
from staff.models import User
from staff.services import record_event


@transaction.atomic
def attach_paper(case: Case, submission: Submission, *, by: User) -> Case:
    """Attach a submission to a case; from then on it is read by the case's readers."""
    must_work_on(case, by)
    paper = CasePaper(case=case, submission=submission, attached_by=by)
    paper.full_clean()
    paper.save(force_insert=True)
    record_event("case.paper_attached", paper, by=by, case=case.number)
    return case
