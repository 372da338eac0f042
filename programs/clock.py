"""Days and times as numbers and as the city writes them."""

from datetime import date, time

from django.utils.translation import gettext as _

from staff.templatetags.japanese import is_abroad


def dates(start: date, end: date) -> list[date]:
    """Every day from *start* to *end*, both included; empty if they are reversed."""
    return [
        date.fromordinal(ordinal)
        for ordinal in range(start.toordinal(), end.toordinal() + 1)
    ]


def minutes_of(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def clock(at: time) -> str:
    """A time as the city writes it: ``16時``, ``16時30分``; ``16:00`` in English."""
    if at.minute or is_abroad():
        return _("%(hour)d:%(minute)02d") % {"hour": at.hour, "minute": at.minute}
    return _("%(hour)d o'clock") % {"hour": at.hour}


def span(opens: time, closes: time) -> str:
    """``16時～21時``; ``16:00–21:00`` in English."""
    return f"{clock(opens)}{'–' if is_abroad() else '～'}{clock(closes)}"


def length(minutes: int) -> str:
    """``5時間``, ``5時間30分``."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return _("%(hours)d hours %(minutes)d minutes") % {
            "hours": hours,
            "minutes": rest,
        }
    return _("%(hours)d hours") % {"hours": hours}
