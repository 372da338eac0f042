"""Writes of the assessment: written by one person, confirmed by another."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Assessment, Case
from cases.services.taking import changed_row, must_work_on, told_already
from staff.models import AuditEvent, Membership, User
from staff.services import record_event

State = Assessment.State


@transaction.atomic
def start_assessment(case: Case, *, by: User, **values: Any) -> Assessment:
    """Begin the next version of the assessment of a case; one is written at a time."""
    must_work_on(case, by)
    last = Assessment.objects.filter(case=case).aggregate(Max("version"))
    assessment = Assessment(
        case=case, version=(last["version__max"] or 0) + 1, author=by, **values
    )
    unfinished = Assessment.objects.filter(case=case, state__in=Assessment.UNFINISHED)
    if standing := unfinished.first():
        raise ValidationError(
            _("The assessment %(number)s of this case is not finished yet."),
            params={"number": str(standing)},
        )
    assessment.full_clean()
    try:
        with transaction.atomic():
            assessment.save()
    except IntegrityError as error:
        raise told_already(None, None) from error
    record_event(
        "assessment.started", assessment, action=AuditEvent.Action.CREATE, by=by
    )
    return assessment


@transaction.atomic
def change_assessment(
    assessment: Assessment, *, by: User, revision: int, values: dict[str, Any]
) -> Assessment:
    """Change one's own draft, if it is still the version that was shown."""
    _must_be_author(assessment, by)
    must_work_on(assessment.case, by)
    fresh = changed_row(
        assessment,
        {**values, "revision": revision + 1},
        revision=revision,
        state__in=Assessment.EDITABLE,
        author=by,
    )
    if fresh is None:
        raise _stale(assessment)
    changed = sorted(n for n, v in values.items() if getattr(assessment, n) != v)
    record_event("assessment.changed", fresh, by=by, fields=changed)
    return fresh


@transaction.atomic
def submit_assessment(assessment: Assessment, *, by: User, revision: int) -> Assessment:
    """Ask for confirmation; from now on the text stays as it is."""
    _must_be_author(assessment, by)
    must_work_on(assessment.case, by)
    fresh = changed_row(
        assessment,
        {
            "state": State.SUBMITTED,
            "submitted_at": timezone.now(),
            "revision": revision + 1,
        },
        revision=revision,
        state__in=Assessment.EDITABLE,
        author=by,
    )
    if fresh is None:
        raise _stale(assessment)
    record_event("assessment.submitted", fresh, by=by, revision=fresh.revision)
    return fresh


@transaction.atomic
def confirm_assessment(
    assessment: Assessment, *, by: User, revision: int
) -> Assessment:
    """Confirm the version that was shown; the one before it is superseded."""
    _must_confirm(assessment, by)
    now = timezone.now()
    confirmed = Assessment.objects.filter(case=assessment.case_id)
    confirmed.filter(state=State.CONFIRMED).update(state=State.SUPERSEDED)
    fresh = changed_row(
        assessment,
        {"state": State.CONFIRMED, "confirmed_by": by, "confirmed_at": now},
        revision=revision,
        state=State.SUBMITTED,
    )
    if fresh is None:
        raise _answered(assessment)
    record_event(
        "assessment.confirmed",
        fresh,
        action=AuditEvent.Action.DECIDE,
        by=by,
        revision=revision,
    )
    return fresh


@transaction.atomic
def return_assessment(
    assessment: Assessment, *, by: User, revision: int, reason: str
) -> Assessment:
    """Send the version that was shown back to its author, with the reason."""
    _must_confirm(assessment, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Write why you send it back.")})
    fresh = changed_row(
        assessment,
        {
            "state": State.RETURNED,
            "return_reason": reason,
            "revision": revision + 1,
        },
        revision=revision,
        state=State.SUBMITTED,
    )
    if fresh is None:
        raise _answered(assessment)
    record_event(
        "assessment.returned",
        fresh,
        action=AuditEvent.Action.DECIDE,
        by=by,
        revision=revision,
    )
    return fresh


def _must_be_author(assessment: Assessment, by: User) -> None:
    if assessment.author_id != by.pk:
        raise ValidationError(_("Only the author changes and submits this text."))


def _must_confirm(assessment: Assessment, by: User) -> None:
    """Refuse the author, and whoever does not lead the unit of the case."""
    if assessment.author_id == by.pk:
        raise ValidationError(
            _(
                "You wrote this assessment yourself. Ask another lead of the unit to"
                " look at it."
            )
        )
    posts = Membership.objects.in_force().filter(
        user=by,
        unit=assessment.case.unit_id,
        role=Membership.Role.CASE_WORKER,
        is_lead=True,
    )
    if not posts.exists():
        raise ValidationError(_("Only a lead of the unit in charge confirms this."))


def _stale(assessment: Assessment) -> ValidationError:
    fresh = Assessment.objects.get(pk=assessment.pk)
    if fresh.state not in Assessment.EDITABLE:
        return ValidationError(
            _(
                "This assessment has been submitted in the meantime and cannot be"
                " changed. Ask the lead to send it back."
            ),
            code="taken",
        )
    return ValidationError(
        _(
            "This assessment was saved from another window in the meantime. What you"
            " typed is kept here, and what is stored stands below. Saving again"
            " replaces it with yours."
        ),
        code="stale",
    )


def _answered(assessment: Assessment) -> ValidationError:
    fresh = Assessment.objects.select_related("confirmed_by").get(pk=assessment.pk)
    if fresh.confirmed_at:
        return told_already(fresh.confirmed_by, fresh.confirmed_at)
    return told_already(None, None)
