"""A form filled in on somebody's behalf: who typed it, for whom, and how it came."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from forms.compiler import fields_of
from forms.models import Draft, EnteredFor, FormDefinition, Submission
from forms.services.drafts import start_draft, token_of
from staff.models import Partner, User
from staff.services import record_event

KEPT_UNSENT = timedelta(days=62)


@transaction.atomic
def start_for(
    *,
    by: User,
    form: FormDefinition,
    source: str,
    on_behalf_of: str,
    partner: Partner | None = None,
) -> tuple[Draft, str]:
    """Begin a form for a caller; the draft belongs to the person who types it in."""
    draft, key = start_draft(form, by=by)
    if partner is not None:
        draft.partner = partner
        for question in fields_of(draft.version.document):
            if question["type"] == "partner":
                draft.answers[question["key"]] = {"code": partner.code, "name": ""}
        draft.save(update_fields=["partner", "answers", "changed_at"])
    _write_down(draft, by, source, on_behalf_of, partner)
    return draft, key


def _write_down(
    draft: Draft, by: User, source: str, on_behalf_of: str, partner: Partner | None
) -> None:
    entered = EnteredFor(
        token=token_of(draft),
        source=source,
        on_behalf_of=on_behalf_of,
        entered_by=by,
        partner=partner,
    )
    entered.full_clean()
    entered.save(force_insert=True)
    form = draft.version.form.slug
    record_event("portal_forms.submission.entered", by=by, form=form, source=source)


def entered_for(draft: Draft) -> EnteredFor | None:
    """For whom this draft is typed in by the person it belongs to, if it is."""
    if not draft.owner_id:
        return None
    rows = EnteredFor.objects.filter(token=token_of(draft), entered_by=draft.owner_id)
    return rows.select_related("entered_by", "partner").first()


def enter_also(sibling: Draft, before: Draft) -> None:
    """A brother's or sister's form is typed in for the same caller."""
    entered = entered_for(before)
    if entered is not None:
        _write_down(
            sibling,
            entered.entered_by,
            entered.source,
            entered.on_behalf_of,
            entered.partner,
        )


def is_entered_for_partner(draft: Draft) -> bool:
    """Whether staff type this draft in for the school or group that it names."""
    rows = EnteredFor.objects.filter(token=token_of(draft), partner=draft.partner_id)
    return rows.filter(entered_by=draft.owner_id).exists()


def forget_entries_without_form() -> int:
    """Delete what was noted about callers whose form was never sent."""
    sent = Submission.objects.filter(token=OuterRef("token"))
    old = EnteredFor.objects.filter(~Exists(sent), at__lt=timezone.now() - KEPT_UNSENT)
    return old.delete()[0]
