"""Writes of drafts: written, edited, handed on, sent back, withdrawn."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cases.models import Case
from decisions import rules
from decisions.models import Decision, UseApplication
from decisions.services.guards import (
    LIVE,
    moved,
    refuse_missing,
    refuse_moved,
    refuse_settled,
    take,
    take_case,
)
from decisions.services.mails import approvers, tell
from programs.models import ServiceType
from staff.models import AuditEvent, User
from staff.services import record_event

Action = AuditEvent.Action
State = Decision.State


@transaction.atomic
def draft_decision(
    case: Case,
    *,
    kind: str,
    by: User,
    values: dict[str, Any],
    application: UseApplication | None = None,
    services: Iterable[ServiceType] = (),
) -> Decision:
    """Draft a decision. One draft at a time for one application, or kind and case."""
    case = take_case(case, by)
    if not rules.may_draft(by, kind, case):
        raise ValidationError(_("You may not draft this kind of decision here."))
    if case.state in Case.OVER:
        raise ValidationError(_("The case is over. Open a new case first."))
    if application is not None:
        refuse_settled(application)
    same = Decision.objects.filter(case=case, state__in=LIVE)
    same = (
        same.filter(application=application) if application else same.filter(kind=kind)
    )
    other = same.first()
    if other is not None:
        raise ValidationError(
            _("There is a draft already: %(number)s. Go on with it, or withdraw it.")
            % {"number": other}
        )
    decision = Decision(
        kind=kind, case=case, application=application, drafted_by=by, edited_by=by
    )
    _fill_in(decision, values)
    decision.save()
    decision.services.set(services if decision.starts_use else [])
    record_event("decision.drafted", decision, action=Action.CREATE, by=by, kind=kind)
    return decision


def _fill_in(decision: Decision, values: dict[str, Any]) -> None:
    """Put what was typed into a draft, with the end of the fiscal year by default."""
    for name in rules.FIELDS[decision.kind]:
        if name in values:
            setattr(decision, name, values[name])
    if decision.starts_use and decision.starts_on and not decision.ends_on:
        decision.ends_on = rules.end_of_fiscal_year(decision.starts_on)
    related = [decision.application, decision.supersedes]
    if any(row and row.case_id != decision.case_id for row in related):
        raise ValidationError(_("There is no such case."))
    decision.full_clean()
    rules.refuse_unsaveable(decision)


@transaction.atomic
def edit_decision(
    decision: Decision,
    *,
    revision: int,
    by: User,
    values: dict[str, Any],
    services: Iterable[ServiceType] = (),
) -> Decision:
    """Change one's own draft, if it still is the revision that was shown."""
    take_case(decision.case, by)
    draft = Decision.objects.get(pk=decision.pk)
    refuse_moved(draft, Decision.EDITABLE, revision)
    if draft.drafted_by_id != by.pk:
        raise ValidationError(_("Only the person who drafted it edits a draft."))
    _fill_in(draft, values)
    changes = {name: getattr(draft, name) for name in rules.FIELDS[draft.kind]}
    taken = Decision.objects.filter(
        pk=draft.pk, state__in=Decision.EDITABLE, revision=revision
    ).update(**changes, edited_by=by, revision=F("revision") + 1)
    if not taken:
        raise ValidationError(moved(draft.pk, revision))
    draft.services.set(services if draft.starts_use else [])
    draft.refresh_from_db()
    record_event("decision.edited", draft, by=by, revision=draft.revision)
    return draft


@transaction.atomic
def circulate(decision: Decision, *, revision: int, by: User) -> Decision:
    """Hand a draft to those who approve it (回付), once nothing is missing."""
    take_case(decision.case, by)
    draft = Decision.objects.get(pk=decision.pk)
    refuse_moved(draft, Decision.EDITABLE, revision)
    if draft.drafted_by_id != by.pk:
        raise ValidationError(_("Only the person who drafted it hands it on."))
    refuse_missing(draft)
    take(draft, Decision.EDITABLE, revision, state=State.CIRCULATED)
    event = record_event("decision.circulated", draft, by=by, revision=revision)
    tell(approvers(draft), draft, event, waits=True)
    return draft


@transaction.atomic
def withdraw(decision: Decision, *, revision: int, by: User) -> Decision:
    """Take a draft back for good; it stays on file."""
    take_case(decision.case, by)
    draft = Decision.objects.get(pk=decision.pk)
    refuse_moved(draft, LIVE, revision)
    if not rules.may_draft(by, draft.kind, draft.case):
        raise ValidationError(_("You may not withdraw this draft."))
    take(draft, LIVE, revision, state=State.WITHDRAWN)
    record_event("decision.withdrawn", draft, by=by, revision=revision)
    return draft


@transaction.atomic
def send_back(decision: Decision, *, revision: int, reason: str, by: User) -> Decision:
    """Return a draft to the person who wrote it, with the reason (差し戻し)."""
    take_case(decision.case, by)
    draft = Decision.objects.get(pk=decision.pk)
    refuse_moved(draft, [State.CIRCULATED], revision)
    if not rules.may_approve(by, draft.kind):
        raise ValidationError(_("Your office does not decide on this."))
    if not reason.strip():
        raise ValidationError({"reason": _("Write why you send it back.")})
    take(
        draft, [State.CIRCULATED], revision, state=State.RETURNED, return_reason=reason
    )
    event = record_event("decision.returned", draft, by=by, revision=revision)
    tell([draft.drafted_by], draft, event, waits=False)
    return draft
