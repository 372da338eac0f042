"""From when to when, and how many: asked before a form begins, and when it is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from forms.models import Draft, FormDefinition, FormSettings, FormWindow, Submission
from staff.models import User
from staff.prepared import made
from staff.services import record_event
from staff.templatetags.japanese import wareki_time, wareki_until

NUMBER = models.DecimalField(max_digits=14, decimal_places=2)
ONE_PLACE = Decimal(1)
KEPT_AFTER_REFUSAL = timedelta(days=31)


class NotReceived(ValidationError):
    """Sound answers that the form does not take (any more); the draft stays.

    ``reason`` is ``before``, ``closed``, ``full`` or ``invitation``.
    """

    def __init__(self, message: str, reason: str):
        super().__init__(message)
        self.reason = reason


def window_of(form: FormDefinition) -> FormWindow | None:
    return getattr(form, "window", None)


def settings_of(form: FormDefinition) -> FormSettings:
    """How the form is received; where nobody said, as usual."""
    known = getattr(form, "conduct", None)
    return known or made(FormSettings, form=form)


def database_now() -> datetime:
    """The clock of the database: one for every process and every machine."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    return timezone.now()


@dataclass(frozen=True)
class Standing:
    """What a new sender meets: ``open``, ``before``, ``closed`` or ``full``.

    ``left`` is how many places of an open form nobody has taken; None where all fit.
    """

    state: str = "open"
    left: Decimal | None = None


def standing(form: FormDefinition) -> Standing:
    """How the form is received now."""
    window = window_of(form)
    if window is None:
        return Standing()
    state = window.state_at(database_now())
    if state != "open" or not window.capacity:
        return Standing(state)
    left = places_left(window)
    return Standing("full") if left <= 0 else Standing(left=left)


def places_left(window: FormWindow) -> Decimal:
    """The places that nobody has taken; those of the withdrawn are free again."""
    received = Submission.objects.taking_places().filter(form=window.form_id)
    if window.opens_at:
        received = received.filter(submitted_at__gte=window.opens_at)
    if not window.counted:
        return Decimal(window.capacity - received.count())
    number = Cast(KeyTextTransform(window.counted, "answers"), NUMBER)
    taken = received.aggregate(n=Sum(Coalesce(number, ONE_PLACE), output_field=NUMBER))
    return window.capacity - Decimal(str(taken["n"] or 0))


def places_wanted(window: FormWindow, values: dict[str, Any]) -> Decimal:
    """What one sending takes: the number in it, or one place."""
    given = values.get(window.counted) if window.counted else None
    return Decimal(str(given)) if given is not None else ONE_PLACE


def refuse_outside(window: FormWindow | None) -> None:
    """NotReceived outside the period; whoever has begun has the minutes of grace."""
    if window is None:
        return
    state = window.state_at(database_now(), with_grace=True)
    if state != "open":
        raise NotReceived(message_for(window, state), state)


def take_places(window: FormWindow | None, values: dict[str, Any]) -> None:
    """NotReceived where the places do not reach; the row is locked until the commit.

    Call it in the transaction that stores the answers. On SQLite that transaction is
    alone in writing anyway.
    """
    if window is None or not window.capacity:
        return
    locked = FormWindow.objects.select_for_update().get(pk=window.pk)
    if not locked.capacity:
        return
    wanted, left = places_wanted(locked, values), places_left(locked)
    if wanted > left:
        raise NotReceived(too_few(locked, left, wanted), "full")


def too_few(window: FormWindow, left: Decimal, wanted: Decimal) -> str:
    """What to say where the places do not reach: there may be some for fewer people."""
    if left <= 0:
        return message_for(window, "full")
    return _(
        "%(left)s places are left: %(wanted)s are too many. Go to “Look over your"
        " answers” and make the number smaller, or call the office."
    ) % {"left": number_text(left), "wanted": number_text(wanted)}


def number_text(number: Decimal) -> str:
    """A number of places without zeros behind."""
    return f"{number.normalize():f}"


def message_for(window: FormWindow, state: str) -> str:
    """What to say: the words of the form's staff, or plain ones with the time."""
    own = {
        "before": window.before_text,
        "closed": window.closed_text,
        "full": window.full_text,
    }[state]
    if own:
        return own
    if state == "before":
        return _("This form is received from %(when)s.") % {
            "when": wareki_time(window.opens_at)
        }
    if state == "closed":
        return _("This form was received until %(when)s.") % {
            "when": wareki_until(window.closes_at)
        }
    return _("All places are taken.")


@transaction.atomic
def record_refusal(draft: Draft, refusal: NotReceived) -> Draft:
    """Write down that somebody tried to send, and when; keep what was typed.

    Number and moment stay in the audit, also when the draft is gone: with them people
    can show that they tried in time.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    draft.refused_at = database_now()
    draft.expires_at = draft.refused_at + KEPT_AFTER_REFUSAL
    draft.save(update_fields=["refused_at", "expires_at"])
    record_event(
        "portal_forms.draft.not_received",
        draft,
        by=draft.owner,
        form=draft.version.form.slug,
        number=draft.number,
        reason=refusal.reason,
        at=draft.refused_at.isoformat(),
    )
    return draft


@transaction.atomic
def save_beside(row: FormWindow | FormSettings, *, by: User, changed: list[str]):
    """Store what staff set beside the version; the audit knows which settings."""
    row.full_clean()
    row.save()
    record_event(
        f"{row._meta.label_lower}.changed", row.form, by=by, changed=sorted(changed)
    )
    return row
