"""Writes to a case, its child and what hangs from it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import Case, Child, Consent, ContactLog, Guardian
from cases.services.taking import (
    changed_row,
    must_work_on,
    protecting_unit,
    tell_unit,
    told_already,
)
from staff.models import AuditEvent, Membership, Unit, User
from staff.services import next_number, record_event

CASE_HANDED_OVER = gettext_noop("A case was handed over to your unit: %(number)s")


@transaction.atomic
def open_case(child: Child, *, unit: Unit, is_restricted: bool, by: User) -> Case:
    """Open a case for a child; a child has one open case at most."""
    standing = Case.objects.filter(child=child).in_progress().first()
    if standing:
        raise _has_a_case(standing, by)
    case = Case(
        number=f"C-{next_number('C', by_year=False):05d}",
        child=child,
        unit=unit,
        is_restricted=is_restricted,
    )
    case.full_clean()
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise ValidationError(_("This child already has an open case.")) from error
    record_event("case.opened", case, action=AuditEvent.Action.CREATE, by=by)
    return case


def _has_a_case(standing: Case, by: User) -> ValidationError:
    if Case.objects.visible_to(by).filter(pk=standing.pk).exists():
        return ValidationError(
            _(
                "This child already has the open case %(number)s. Close this referral"
                " as a duplicate and name that case there."
            ),
            params={"number": standing.number},
        )
    # The other case is hidden from this person: neither its number nor its unit is
    # named here.
    return ValidationError(
        _(
            "No case can be opened for this child here. Please ask the head of the"
            " centre how to go on."
        )
    )


def new_child(values: dict[str, Any]) -> Child:
    """A child with the next number; part of the caller's transaction and event."""
    child = Child(number=f"K-{next_number('K', by_year=False):05d}", **values)
    child.full_clean(exclude=["search_key"])
    child.save()
    return child


def new_guardian(child: Child, values: dict[str, Any]) -> Guardian:
    """An adult of a child; part of the caller's transaction and event."""
    guardian = Guardian(child=child, **values)
    guardian.full_clean()
    guardian.save()
    return guardian


@transaction.atomic
def add_contact(
    case: Case,
    *,
    by: User,
    kind: str,
    at: datetime,
    with_whom: str,
    body: str,
    visibility: str,
) -> ContactLog:
    """Add a record of a conversation; the same one sent twice is one record."""
    must_work_on(case, by)
    return store_contact(
        ContactLog(
            case=case,
            kind=kind,
            at=at,
            with_whom=with_whom,
            body=body,
            visibility=visibility,
            author=by,
        ),
        by=by,
    )


def store_contact(log: ContactLog, *, by: User) -> ContactLog:
    """Save a contact record with its event, unless the same stands there already."""
    if log.at > timezone.now():
        raise ValidationError({"day": _("This moment lies in the future.")})
    log.full_clean()
    same = ContactLog.objects.filter(
        case=log.case,
        referral=log.referral,
        kind=log.kind,
        at=log.at,
        with_whom=log.with_whom,
        body=log.body,
        author=by,
    ).first()
    if same:
        return same
    log.save()
    record_event(
        "contact.added",
        log.case or log.referral,
        action=AuditEvent.Action.CREATE,
        by=by,
        kind=log.kind,
        visibility=log.visibility,
        contact=str(log),
    )
    return log


@transaction.atomic
def add_consent(case: Case, *, by: User, **values: Any) -> Consent:
    """Write down a consent, or why there is none. It gates nothing."""
    must_work_on(case, by)
    consent = Consent(case=case, author=by, **values)
    consent.full_clean()
    consent.save()
    record_event(
        "consent.added",
        case,
        action=AuditEvent.Action.CREATE,
        by=by,
        topic=consent.topic,
        method=consent.method,
    )
    return consent


@transaction.atomic
def change_child(
    case: Case, *, by: User, revision: int, values: dict[str, Any]
) -> Child:
    """Change the facts of a child; the event names the fields, not their content."""
    must_work_on(case, by)
    child = Child.objects.get(pk=case.child_id)
    changed = sorted(n for n, value in values.items() if getattr(child, n) != value)
    for name in changed:
        setattr(child, name, values[name])
    child.full_clean(exclude=["search_key"])
    _next_revision(child, revision)
    child.save(update_fields=[*changed, "search_key"])
    record_event("child.changed", child, by=by, fields=changed)
    return child


@transaction.atomic
def save_guardian(
    case: Case,
    *,
    by: User,
    revision: int,
    values: dict[str, Any],
    guardian: Guardian | None = None,
) -> Guardian:
    """Add an adult who looks after the child, or change one."""
    must_work_on(case, by)
    child = Child.objects.get(pk=case.child_id)
    _next_revision(child, revision)
    if guardian is None:
        changed = ["added"]
        guardian = new_guardian(child, values)
    else:
        changed = sorted(n for n, v in values.items() if getattr(guardian, n) != v)
        for name in changed:
            setattr(guardian, name, values[name])
        guardian.full_clean()
        guardian.save()
    record_event("guardian.saved", child, by=by, fields=changed)
    return guardian


def _next_revision(child: Child, shown: int) -> None:
    """Take the child's record as it was shown, or refuse."""
    rows = Child.objects.filter(pk=child.pk, revision=shown)
    if not rows.update(revision=F("revision") + 1):
        raise ValidationError(
            _(
                "The child's record was changed by somebody else in the meantime. What"
                " you typed is kept here; compare it with the page of the case and"
                " save again."
            ),
            code="stale",
        )


@transaction.atomic
def set_worker(case: Case, *, by: User, worker: User | None, shown: int | None) -> Case:
    """Name the case worker: somebody of the unit in charge."""
    must_work_on(case, by)
    posts = Membership.objects.in_force().filter(unit=case.unit_id)
    if worker and not posts.filter(user=worker).exists():
        raise ValidationError(
            {"worker": _("Choose somebody who works in the unit in charge.")}
        )
    fresh = changed_row(case, {"worker": worker}, worker=shown)
    if fresh is None:
        raise told_already(None, None)
    record_event("case.worker_set", fresh, by=by, worker=worker.pk if worker else None)
    return fresh


@transaction.atomic
def restrict_case(case: Case, *, by: User) -> Case:
    """Hand a case over because its child is on the council's list (要対協).

    A case worker of the unit in charge does it. From then on the case opens for the
    unit that protects those children, the programme and the head of the centre.
    """
    must_work_on(case, by)
    if case.unit_id not in by.scope.unit_ids or not by.has_perm("cases.add_case"):
        raise ValidationError(_("Only a case worker of the unit in charge does this."))
    return hand_to_protection(case, by=by)


def hand_to_protection(case: Case, *, by: User) -> Case:
    """Restrict a case to the protecting unit, with its event; the caller asks who may.

    Its case worker is of the former unit, so the new unit names another one.
    """
    unit = protecting_unit()
    fresh = changed_row(
        case,
        {"unit": unit, "is_restricted": True, "worker": None},
        unit=case.unit_id,
        is_restricted=False,
    )
    if fresh is None:
        raise told_already(None, None)
    if fresh.unit_id != case.unit_id:
        key = f"case-handed-over-{fresh.number}"
        tell_unit(unit, fresh, subject=CASE_HANDED_OVER, key=key)
    record_event("case.restricted", fresh, by=by, unit=unit.code)
    return fresh
