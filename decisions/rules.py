"""What a decision needs before it may be approved, and what only deserves a warning."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Assessment, Case, ContactLog
from decisions.models import Decision, Enrolment, UseApplication
from programs.models import Site
from staff.dates import fiscal_year, wareki
from staff.models import User

Kind = Decision.Kind

SHORTEST_REFUSAL = 10
USE_FIELDS = [
    "site",
    "starts_on",
    "ends_on",
    "days",
    "fee",
    "conditions",
    "addressee",
    "reason",
]
FIELDS: dict[str, list[str]] = {
    Kind.USE: ["supersedes", *USE_FIELDS],
    Kind.NOT_USE: ["addressee", "reason", "elsewhere"],
    Kind.RECOMMEND: ["site", "addressee", "reason"],
    Kind.MEASURE: USE_FIELDS,
    Kind.END: [
        "supersedes",
        "ends_on",
        "end_reason",
        "addressee",
        "reason",
        "elsewhere",
    ],
}


def may_draft(user: User, kind: str, case: Case) -> bool:
    """Whether the user may draft this kind for this case.

    On use the programme drafts; recommendations and measures come from the unit that
    is in charge of the case.
    """
    if kind in Decision.BY_HEAD:
        own = case.unit_id in user.scope.unit_ids
        return own and user.has_perm("decisions.propose_measure")
    return user.has_perm("decisions.add_decision")


def may_approve(user: User, kind: str) -> bool:
    """Whether the user's office is to approve this kind at all."""
    name = "approve_measure" if kind in Decision.BY_HEAD else "approve_use"
    return user.has_perm(f"decisions.{name}")


def conflict(decision: Decision, user: User) -> str:
    """Why this person may not be the one who approves it, or an empty text.

    Nobody approves what they wrote: neither the draft, nor what it rests on.
    """
    if user.pk in (decision.drafted_by_id, decision.edited_by_id):
        return _("You drafted or edited this decision. Somebody else approves it.")
    if decision.application_id and decision.application.recorded_by_id == user.pk:
        return _(
            "You recorded the application that this rests on. "
            "Somebody else approves it."
        )
    assessment = confirmed_assessment(decision.case)
    if assessment and assessment.author_id == user.pk:
        return _(
            "You wrote the assessment that this rests on. Somebody else approves it."
        )
    return ""


def confirmed_assessment(case: Case) -> Assessment | None:
    """The assessment in force: the last one that was confirmed."""
    confirmed = Assessment.objects.filter(case=case, state=Assessment.State.CONFIRMED)
    return confirmed.order_by("-version").first()


def attempts(case: Case) -> list[dict[str, Any]]:
    """What was done so far to bring the family to use it: talks and recommendations."""
    talks = ContactLog.objects.filter(case=case, kind=ContactLog.Kind.RECOMMENDATION)
    papers = Decision.objects.filter(
        case=case, kind=Kind.RECOMMEND, state=Decision.State.APPROVED
    )
    found = [
        {"record": str(talk), "done_on": timezone.localdate(talk.at)}
        for talk in talks.order_by("at", "pk")
    ]
    found += [
        {"record": paper.number, "done_on": paper.decided_on}
        for paper in papers.order_by("decided_on", "pk")
    ]
    return sorted(found, key=lambda attempt: attempt["done_on"])


def end_of_fiscal_year(on: date) -> date:
    """The last day of the fiscal year that *on* lies in: where use ends by default."""
    return date(fiscal_year(on) + 1, 3, 31)


def overlapping(decision: Decision) -> Enrolment | None:
    """An enrolment of the case whose period the decision's would overlap."""
    if not decision.starts_on:
        return None
    until = decision.ends_on and decision.ends_on + timedelta(days=1)
    rows = Enrolment.objects.filter(case_id=decision.case_id).exclude(
        ends_on__lte=decision.starts_on
    )
    if until:
        rows = rows.filter(starts_on__lt=until)
    rows = rows.exclude(ends_on=F("starts_on"))
    return rows.select_related("decision", "site").first()


def enrolment_to_end(decision: Decision) -> Enrolment | None:
    """The enrolment that an end names, as long as nothing has ended it."""
    return Enrolment.objects.filter(
        decision_id=decision.supersedes_id, case_id=decision.case_id, ended_by=None
    ).first()


def refuse_unsaveable(decision: Decision) -> None:
    """Refuse what may not even stand in a draft: a refusal without reason and help."""
    errors = {}
    if decision.kind == Kind.NOT_USE:
        if len(decision.reason.strip()) < SHORTEST_REFUSAL:
            errors["reason"] = _("Write the reason in at least 10 characters.")
        if not decision.elsewhere.strip():
            errors["elsewhere"] = _("Write where the family can turn to.")
    if decision.kind == Kind.END and not decision.end_reason:
        errors["end_reason"] = _("Choose why the use ends.")
    if errors:
        raise ValidationError(errors)


def missing(decision: Decision) -> list[str]:
    """What is missing before this may be approved: sentences, none if it is whole."""
    found = []
    if decision.case.state in Case.OVER:
        found.append(_("The case is over. Open a new case before you decide on it."))
    if decision.kind in (Kind.USE, Kind.NOT_USE):
        found += _missing_application(decision)
    if decision.kind in Decision.STARTS_USE:
        found += _missing_period(decision)
    if decision.kind == Kind.USE and confirmed_assessment(decision.case) is None:
        found.append(_("There is no confirmed assessment of this case yet."))
    if decision.kind == Kind.MEASURE and not attempts(decision.case):
        found.append(
            _("No recommendation to use the programme is recorded. Record one first.")
        )
    if decision.kind == Kind.END:
        found += _missing_end(decision)
    if not decision.reason.strip():
        found.append(_("Write the reason."))
    try:
        refuse_unsaveable(decision)
    except ValidationError as error:
        found += error.messages
    return found


def _missing_application(decision: Decision) -> list[str]:
    if decision.application is None:
        return [_("It needs an application for use.")]
    state = decision.application.state
    if state == UseApplication.State.WITHDRAWN:
        return [_("The application was withdrawn.")]
    if state == UseApplication.State.DECIDED:
        return [_("The application is decided already.")]
    return []


def _missing_period(decision: Decision) -> list[str]:
    found = []
    if decision.site_id is None:
        found.append(_("Choose the site."))
    if decision.starts_on is None or decision.ends_on is None:
        found.append(_("Give the first and the last day of use."))
    elif decision.ends_on < decision.starts_on:
        found.append(pgettext("decision", "It cannot end before it begins."))
    if not decision.days.strip():
        found.append(_("Write on which days and hours the child comes."))
    other = overlapping(decision)
    if other is not None:
        found.append(
            _("The period overlaps the use decided by %(number)s (%(period)s).")
            % {"number": other.decision, "period": period(other)}
        )
    return found


def _missing_end(decision: Decision) -> list[str]:
    enrolment = enrolment_to_end(decision)
    if enrolment is None:
        return [_("There is no use in force that this could end.")]
    last = decision.ends_on
    if last is None:
        return [_("Give the last day of use.")]
    # The day before the first day ends a use in which the child never comes.
    if last < enrolment.starts_on - timedelta(days=1):
        return [
            _(
                "The last day lies before the first day of use. If the child never"
                " comes, give the day before the first day."
            )
        ]
    if enrolment.ends_on and last >= enrolment.ends_on:
        return [
            _("The use ends on %(day)s already. It cannot end later than that.")
            % {"day": wareki(enrolment.last_day)}
        ]
    return []


def period(enrolment: Enrolment) -> str:
    """First and last day of an enrolment, as papers write them."""
    last = enrolment.last_day
    return f"{wareki(enrolment.starts_on)}～{wareki(last) if last else ''}"


def warnings(decision: Decision) -> list[str]:
    """What the people who draft and approve should know; it stops nobody."""
    if decision.kind not in Decision.STARTS_USE or not decision.site_id:
        return []
    found = [capacity_warning(decision.site, decision.starts_on)]
    assessment = confirmed_assessment(decision.case)
    judgements = Assessment.Recommendation
    if assessment and assessment.recommendation != judgements.SUITABLE:
        found.append(
            _("The confirmed assessment judges: %(judgement)s.")
            % {"judgement": assessment.get_recommendation_display()}
        )
    if decision.starts_on and decision.starts_on < timezone.localdate():
        found.append(_("The use begins on a day that is past."))
    return [text for text in found if text]


def capacity_warning(site: Site, on: date | None) -> str:
    """A sentence where one child more passes the site's guide; never a refusal."""
    if site.capacity_guide is None:
        return ""
    on = on or timezone.localdate()
    count = Enrolment.objects.in_force(on).filter(site=site).count()
    if count + 1 <= site.capacity_guide:
        return ""
    return _(
        "With this child %(site)s has %(count)s registered on %(day)s; its capacity as "
        "a guide is %(guide)s. This is a warning only."
    ) % {
        "site": site.name,
        "count": count + 1,
        "day": wareki(on),
        "guide": site.capacity_guide,
    }
