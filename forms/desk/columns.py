"""The columns of the inbox: what each shows of a row, and the names masked at first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import regex
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.models import Handling, IndexedAnswer
from staff.dates import wareki
from staff.templatetags.japanese import wareki_time

DAYS_TO_NOTICE = 7
SIGN = regex.compile(r"\X")
CHIPS = {
    Handling.State.RECEIVED: "desk-chip--warn",
    Handling.State.DONE: "desk-chip--done",
    Handling.State.DUPLICATE: "desk-chip--done",
    Handling.State.FALSE: "desk-chip--done",
}


@dataclass
class Row:
    """One submission of the list: its row, and its indexed answers by slot."""

    handling: Handling
    slots: dict[str, IndexedAnswer]
    names_shown: bool = False

    @property
    def number(self) -> str:
        return self.handling.submission.receipt


@dataclass(frozen=True)
class Column:
    """A column: its name in views and addresses, its heading, its cell."""

    name: str
    label: str | Promise
    cell: Callable[[Row], object]
    is_default: bool = True


def masked(text: str) -> str:
    """The first sign of a name; the rest is shown on demand, and that is audited."""
    signs = SIGN.findall(text.strip())
    return f"{signs[0]}＊＊" if signs else ""


def _slot(name: str, *, is_name: bool = False) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        found = row.slots.get(name)
        if found is None:
            return ""
        if found.date:
            return wareki(found.date)
        return masked(found.text) if is_name and not row.names_shown else found.text

    return cell


def age_of(handling: Handling, today: date | None = None) -> int:
    """Days since it came, by the calendar in Japan."""
    today = today or timezone.localdate()
    return (today - timezone.localdate(handling.received_at)).days


def _age(row: Row) -> str:
    days = age_of(row.handling)
    label = _("%(days)d days") % {"days": days}
    if row.handling.state not in Handling.OPEN or days < DAYS_TO_NOTICE:
        return label
    return format_html('<span class="desk-chip desk-chip--warn">{}</span>', label)


def _state(row: Row) -> str:
    kind = CHIPS.get(row.handling.state, "")
    label = row.handling.get_state_display()
    return format_html('<span class="desk-chip {}">{}</span>', kind, label)


COLUMNS = [
    Column(
        "received",
        gettext_lazy("Received at"),
        lambda row: wareki_time(row.handling.received_at),
    ),
    Column("age", gettext_lazy("Days since"), _age),
    Column("form", gettext_lazy("Form"), lambda row: row.handling.form.title),
    Column(
        "partner",
        gettext_lazy("School or group"),
        lambda row: row.handling.partner or "",
    ),
    Column("state", gettext_lazy("State"), _state),
    Column(
        "assignee",
        gettext_lazy("Assigned to"),
        lambda row: row.handling.assignee or _("Nobody yet"),
    ),
    Column("child_name", gettext_lazy("Child"), _slot("child_name", is_name=True)),
    Column(
        "child_kana",
        gettext_lazy("Child (kana)"),
        _slot("child_kana", is_name=True),
        is_default=False,
    ),
    Column("urgency", gettext_lazy("Urgency"), _slot("urgency")),
    Column("kind", gettext_lazy("What it is about"), _slot("kind"), is_default=False),
    Column("school", gettext_lazy("School named"), _slot("school"), is_default=False),
    Column("birth_date", gettext_lazy("Date of birth"), _slot("birth_date"), False),
]
BY_NAME = {column.name: column for column in COLUMNS}
DEFAULT = [column.name for column in COLUMNS if column.is_default]
NAMES = {"child_name", "child_kana"}


def columns_of(names: Iterable[str]) -> list[Column]:
    """The columns chosen, in the order of the list; the usual ones for none."""
    chosen = {name for name in names if name in BY_NAME} or set(DEFAULT)
    return [column for column in COLUMNS if column.name in chosen]


def rows_of(handlings: list[Handling], *, names_shown: bool) -> list[Row]:
    """The rows of one page with their indexed answers: one query for all of them.

    A correction is a later entry, ``slot-number``: the last one is shown.
    """
    slots: dict[int, dict[str, IndexedAnswer]] = {row.pk: {} for row in handlings}
    found = IndexedAnswer.objects.filter(submission__in=list(slots)).order_by("pk")
    for answer in found:
        slots[answer.submission_id][answer.slot.partition("-")[0]] = answer
    return [Row(row, slots[row.pk], names_shown) for row in handlings]
