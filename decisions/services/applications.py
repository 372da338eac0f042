"""Writes of applications: recorded, withdrawn, and asked about at the sites."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from decisions.models import PlacementInquiry, UseApplication
from decisions.services.guards import refuse_future, refuse_settled, take_case
from programs.models import Site
from staff.models import AuditEvent, User
from staff.services import record_event, year_number

Action = AuditEvent.Action


@transaction.atomic
def record_application(
    case: Case,
    *,
    by: User,
    received_on: date,
    applicant: str,
    relation: str,
    site: Site,
    wished_days: str,
    reason: str,
) -> UseApplication:
    """Record an application for use that reached the city, under its own number."""
    case = take_case(case, by)
    if not by.has_perm("decisions.add_useapplication"):
        raise ValidationError(_("Applications are recorded by the programme."))
    if case.state in Case.OVER:
        raise ValidationError(_("The case is over. Open a new case first."))
    refuse_future(received_on, "received_on")
    application = UseApplication(
        case=case,
        received_on=received_on,
        applicant=applicant,
        relation=relation,
        site=site,
        wished_days=wished_days,
        reason=reason,
        recorded_by=by,
        number=year_number("application", "A", on=received_on),
    )
    application.full_clean()
    application.save()
    record_event("application.recorded", application, action=Action.CREATE, by=by)
    return application


@transaction.atomic
def withdraw_application(
    application: UseApplication, *, reason: str, by: User
) -> UseApplication:
    """Note that the family withdrew its application, and why."""
    take_case(application.case, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    states = UseApplication.State
    taken = UseApplication.objects.filter(
        pk=application.pk, state=states.RECEIVED
    ).update(state=states.WITHDRAWN, withdrawal_reason=reason)
    if not taken:
        raise ValidationError(
            _("This application is decided or withdrawn already. Reload the page.")
        )
    application.refresh_from_db()
    record_event("application.withdrawn", application, by=by)
    return application


@transaction.atomic
def ask_site(
    application: UseApplication, *, site: Site, asked_on: date, note: str, by: User
) -> PlacementInquiry:
    """Note that a site was asked whether it can take the child."""
    take_case(application.case, by)
    refuse_settled(application)
    refuse_future(asked_on, "asked_on")
    inquiry = PlacementInquiry(
        application=application,
        case=application.case,
        site=site,
        asked_on=asked_on,
        note=note,
        author=by,
    )
    inquiry.full_clean()
    inquiry.save()
    record_event("inquiry.asked", inquiry, action=Action.CREATE, by=by, site=site.slug)
    return inquiry


@transaction.atomic
def record_answer(
    inquiry: PlacementInquiry, *, answer: str, note: str, by: User
) -> PlacementInquiry:
    """Record what the site answered; a later answer takes the place of an earlier."""
    take_case(inquiry.case, by)
    application = UseApplication.objects.get(pk=inquiry.application_id)
    refuse_settled(application)
    former = inquiry.answer
    taken = PlacementInquiry.objects.filter(pk=inquiry.pk, answer=former).update(
        answer=answer, note=note
    )
    if not taken:
        raise ValidationError(
            _("Somebody else recorded an answer in the meantime. Reload the page.")
        )
    inquiry.refresh_from_db()
    record_event("inquiry.answered", inquiry, by=by, before=former, after=answer)
    return inquiry
