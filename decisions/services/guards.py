"""What every write about a decision asks first, and how a draft is taken.

Whatever touches the decisions of a case takes the case first. So two approvals about
one child stand in line on PostgreSQL, too; SQLite writes one after the other anyway.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from decisions import documents, rules
from decisions.models import Decision, UseApplication
from staff.dates import wareki_weekday
from staff.models import User

State = Decision.State
LIVE = [State.DRAFT, State.CIRCULATED, State.RETURNED]


def take_case(case: Case, by: User) -> Case:
    """The case as it is now, if this person may see it, held until the commit."""
    rows = Case.objects.visible_to(by).filter(pk=case.pk)
    taken = rows.select_for_update(no_key=True).first()
    if taken is None:
        raise ValidationError(_("There is no such case."))
    return taken


def refuse_future(on: date, field: str) -> None:
    """Refuse a day that has not come yet."""
    if on > timezone.localdate():
        raise ValidationError({field: _("Give a day that is not in the future.")})


def take(draft: Decision, states: list[str], revision: int, **changes: Any) -> None:
    """Move the draft on if it is still what was shown; one of many succeeds."""
    taken = Decision.objects.filter(pk=draft.pk, state__in=states, revision=revision)
    if not taken.update(**changes):
        raise ValidationError(moved(draft.pk, revision))
    draft.refresh_from_db()


def refuse_moved(draft: Decision, states: list[str], revision: int) -> None:
    if draft.state not in states or draft.revision != revision:
        raise ValidationError(moved(draft.pk, revision))


def moved(pk: int, revision: int) -> str:
    """Why the decision is no longer what was shown: who did what, and when."""
    current = Decision.objects.select_related("decided_by").get(pk=pk)
    if current.state == State.APPROVED:
        local = timezone.localtime(current.decided_at)
        return _(
            "%(person)s approved this already, on %(day)s at %(time)s: %(number)s."
        ) % {
            "person": current.decided_by,
            "day": wareki_weekday(local.date()),
            "time": f"{local:%-H:%M}",
            "number": current.number,
        }
    if current.revision != revision:
        return _(
            "The draft was changed after you opened it. Nothing was done. "
            "Read it as it is now and try again."
        )
    return _("Nothing was done: the state is now “%(state)s”.") % {
        "state": current.get_state_display()
    }


def refuse_missing(draft: Decision) -> None:
    found = rules.missing(draft)
    if found:
        raise ValidationError(found)


def refuse_changed(content: dict[str, Any], shown: str) -> None:
    """Refuse content that is not, to the letter, what the person was shown."""
    if documents.digest(content) != shown:
        raise ValidationError(
            _("The content has changed. Read it once more before you approve it.")
        )


def refuse_settled(application: UseApplication) -> None:
    """Refuse an application that is decided or withdrawn already."""
    current = UseApplication.objects.get(pk=application.pk)
    if current.state != UseApplication.State.RECEIVED:
        raise ValidationError(
            _("This application is decided or withdrawn already. Reload the page.")
        )
