"""Compare-and-set, and who is told: what the writes of this app have in common."""

from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import Case, Referral
from exchange.mail import UnitMail, notify_units
from home.freshness import own_copy, remembered
from staff.dates import wareki
from staff.models import Unit, User

Record = TypeVar("Record", bound=Model)

ONLY_THE_UNIT = gettext_noop(
    "Only the unit in charge acts on this referral. Please phone that unit."
)
NOTICE_END = gettext_noop("Please log in to read it. This mail carries no names.")


def changed_row(
    record: Record, changes: dict[str, Any], **expected: Any
) -> Record | None:
    """Write *changes* if the stored row is still as *expected*; the new row, or None.

    The values are validated on a fresh copy, so the caller's object stays as it was.
    One UPDATE decides, so it holds on SQLite too, which has no row locks.
    """
    fresh = type(record).objects.get(pk=record.pk)
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    rows = type(record).objects.filter(pk=record.pk, **expected)
    return fresh if rows.update(**changes) else None


def told_already(who: User | None, when: datetime | None) -> ValidationError:
    """The refusal for whoever comes second: somebody did this, and when."""
    if who is None or when is None:
        return ValidationError(
            _("This was changed in the meantime. Reload the page and look again."),
            code="taken",
        )
    local = timezone.localtime(when)
    return ValidationError(
        _(
            "%(who)s has already dealt with this (%(when)s). Nothing of yours was"
            " recorded. Go back to the page and look again."
        ),
        code="taken",
        params={"who": str(who), "when": f"{wareki(local.date())} {local:%-H:%M}"},
    )


def unit_with(*functions: str) -> Unit | None:
    """The first unit that has one of *functions*, in the order given."""
    units = remembered("units", lambda: list(Unit.objects.order_by("pk")))
    for function in functions:
        for unit in units:
            if unit.function == function:
                return own_copy(unit)
    return None


def protecting_unit() -> Unit:
    """The unit that protects the children on the council's list, or a refusal."""
    unit = unit_with(Unit.Function.PROTECTION)
    if unit is None:
        raise ValidationError(
            _("No unit is set up for children on the list. Ask the administrator.")
        )
    return unit


def tell_unit(unit: Unit, record: Model, *, subject: str, key: str) -> None:
    """Mail the members of *unit* through the outbox: see ``mail_to``."""
    notify_units([mail_to(unit, record, subject=subject, key=key)])


def mail_to(unit: Unit, record: Model, *, subject: str, key: str) -> UnitMail:
    """What a unit is told of a record; *subject* is an untranslated text.

    It takes ``%(number)s``; nothing else of the record goes into a mail.
    """
    with translation.override(settings.LANGUAGE_CODE):
        line = _(subject) % {"number": str(record)}
        return UnitMail(
            unit,
            subject=line,
            lines=[line, _(NOTICE_END)],
            path=record.get_admin_url(),
            key=key,
        )


def must_answer(referral: Referral, by: User) -> None:
    """Refuse whoever may read the referral but is not of the unit in charge of it."""
    if not Referral.objects.worked_by(by).filter(pk=referral.pk).exists():
        raise ValidationError(_(ONLY_THE_UNIT))


def must_work_on(case: Case, by: User) -> None:
    """Refuse whoever may read the case but does not work on it."""
    if not Case.objects.worked_by(by).filter(pk=case.pk).exists():
        raise ValidationError(
            _("Only the unit in charge writes in this case. Please phone that unit.")
        )
