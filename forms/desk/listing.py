"""The list of what was received: filters in the address, names never; pages by key."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forms.models import FormDefinition, Handling
from staff.forms import JapaneseDateField
from staff.models import Partner, User

SIZES = [20, 50, 100]
COUNTED = 1_000
MINE, NOBODY = "mine", "nobody"
OPEN = "open"


class FilterForm(forms.Form):
    """What the list is narrowed by. It offers only what this person's rows hold."""

    form = forms.ModelChoiceField(
        FormDefinition.objects.none(),
        label=_("Form"),
        required=False,
        empty_label=_("All"),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), (OPEN, _("Open")), *Handling.State.choices],
    )
    assignee = forms.ChoiceField(label=_("Assigned to"), required=False)
    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("School or group"),
        required=False,
        empty_label=_("All"),
    )
    since = JapaneseDateField(label=_("From this day on"), required=False)
    until = JapaneseDateField(label=_("Until this day"), required=False)
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("Newest first")), ("oldest", _("Oldest first"))],
    )
    size = forms.TypedChoiceField(
        label=_("Rows on a page"),
        required=False,
        coerce=int,
        empty_value=50,
        choices=[("", "50"), ("20", "20"), ("100", "100")],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        self.fields["form"].queryset = FormDefinition.objects.with_answers_for(user)
        self.fields["partner"].queryset = Partner.objects.all()
        self.fields["assignee"].choices = [
            ("", _("Everybody")),
            (MINE, _("Me")),
            (NOBODY, _("Nobody yet")),
            *((str(person.pk), str(person)) for person in people_beside(user)),
        ]
        for name in ("since", "until"):
            self.fields[name].help_text = ""

    def chosen(self) -> dict[str, Any]:
        """The valid choices: what cannot be read narrows nothing, and is shown."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def people_beside(user) -> list[User]:
    """The people of one's units: whom work can be given to, and oneself."""
    posts = Q(memberships__unit__in=user.scope.unit_ids) | Q(pk=user.pk)
    return list(
        User.objects.filter(posts, is_active=True).distinct().order_by("username")[:200]
    )


def narrowed(rows, chosen: dict[str, Any], user):
    """Rows by form, state, person, partner and days (in Japan)."""
    if form := chosen.get("form"):
        rows = rows.filter(form=form)
    if state := chosen.get("state"):
        states = Handling.OPEN if state == OPEN else [state]
        rows = rows.filter(state__in=states)
    if who := chosen.get("assignee"):
        people = {MINE: user.pk, NOBODY: None}
        rows = rows.filter(assignee=people[who] if who in people else int(who))
    if partner := chosen.get("partner"):
        rows = rows.filter(partner=partner)
    if since := chosen.get("since"):
        rows = rows.filter(received_at__gte=start_of(since))
    if until := chosen.get("until"):
        rows = rows.filter(received_at__lt=start_of(until + timedelta(days=1)))
    return rows


def start_of(day) -> datetime:
    """The first moment of a day in Japan."""
    return timezone.make_aware(datetime.combine(day, time.min))


def cursor_of(row: Handling) -> str:
    """Where a page ends: a moment and a key, nothing of the row."""
    return f"{row.received_at.timestamp():.6f}-{row.pk}"


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    moment, _dash, key = text.partition("-")
    try:
        at = datetime.fromtimestamp(float(moment), tz=timezone.get_current_timezone())
        return (at, int(key)) if 0 < int(key) < 2**62 else None
    except (ValueError, OverflowError, OSError):
        return None


def page_of(rows, *, cursor: str, size: int, oldest: bool) -> tuple[list, str]:
    """One page after *cursor*, and the cursor of the next one; by key, never counted.

    The moments are indexed together with the key, so a deep page costs what the first
    one does.
    """
    at = _read_cursor(cursor)
    if at:
        moment, key = at
        way = "gt" if oldest else "lt"
        rows = rows.filter(
            Q(**{f"received_at__{way}": moment})
            | Q(received_at=moment, **{f"pk__{way}": key}),
            **{f"received_at__{way}e": moment},
        )
    order = ("received_at", "pk") if oldest else ("-received_at", "-pk")
    found = list(rows.order_by(*order)[: size + 1])
    next_cursor = cursor_of(found[size - 1]) if len(found) > size else ""
    return found[:size], next_cursor


def count_of(rows) -> tuple[int, bool]:
    """How many rows there are, and whether there are more than are counted."""
    count = rows.order_by()[: COUNTED + 1].count()
    return min(count, COUNTED), count > COUNTED


def query_of(data, **more: str) -> str:
    """The address of the same choice, by the fields of the filter alone."""
    names = [*FilterForm.base_fields, "view"]
    pairs = {name: data.get(name) for name in names if data.get(name)} | more
    return urlencode({name: value for name, value in pairs.items() if value})
