"""What is known about one day of a site, and how it is said."""

from dataclasses import dataclass
from datetime import date, time

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.clock import minutes_of, span


class Kind(models.TextChoices):
    """Which rule decided about a day."""

    EXCEPTION = "exception", gettext_lazy("Change of that day")
    YEAR_END = "year_end", gettext_lazy("The New Year")
    SCHOOL_HOLIDAY = "school_holiday", gettext_lazy("School holidays")
    PUBLIC_HOLIDAY = "public_holiday", gettext_lazy("Public holiday")
    TERM = "term", gettext_lazy("In term")


class Mark(models.TextChoices):
    """The word that a calendar writes into a day: never a colour alone."""

    OPEN = "open", gettext_lazy("Open on that day")
    LONG = "long", gettext_lazy("Long holidays")
    CHANGED = "changed", gettext_lazy("Other hours")
    CLOSED = "closed", gettext_lazy("Closed on that day")
    EXTRA = "extra", gettext_lazy("Extra closure")


MEANINGS = {
    Mark.OPEN: gettext_lazy("Open at the usual hours."),
    Mark.LONG: gettext_lazy("Open at the hours of the school holidays."),
    Mark.CHANGED: gettext_lazy("Open, on this day at other hours than usual."),
    Mark.CLOSED: gettext_lazy("Closed as usual: weekday, public holiday, New Year."),
    Mark.EXTRA: gettext_lazy("Closed on this day only, for the reason given."),
}


@dataclass(frozen=True)
class OpeningDay:
    """What is known about one site on one day; *reason* is for people to read."""

    date: date
    is_open: bool
    opens: time | None
    closes: time | None
    kind: str
    reason: str = ""

    @property
    def minutes(self) -> int:
        """How long it is open, in minutes; 0 on a closed day."""
        if not self.is_open:
            return 0
        return minutes_of(self.closes) - minutes_of(self.opens)

    @property
    def hours_text(self) -> str:
        """``16時～21時``, or that it is closed."""
        return (
            span(self.opens, self.closes) if self.is_open else _("Closed on that day")
        )

    @property
    def kind_label(self) -> str:
        """The rule that decided, in words."""
        return str(Kind(self.kind).label)

    @property
    def mark(self) -> Mark:
        """The word for a calendar."""
        if self.kind == Kind.EXCEPTION:
            return Mark.CHANGED if self.is_open else Mark.EXTRA
        if not self.is_open:
            return Mark.CLOSED
        return Mark.LONG if self.kind == Kind.SCHOOL_HOLIDAY else Mark.OPEN
