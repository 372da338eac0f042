"""Template filters for Japanese dates."""

from datetime import date, datetime, time, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from staff import dates

register = template.Library()


def is_abroad() -> bool:
    """Whether the reader's language knows no eras."""
    return not (get_language() or "ja").startswith("ja")


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def wareki(value: date | datetime | None) -> str:
    """``令和8年11月23日``; empty for no date. Without eras in other languages."""
    if value and is_abroad():
        return date_format(_day(value), "DATE_FORMAT")
    return dates.wareki(_day(value)) if value else ""


@register.filter
def wareki_weekday(value: date | datetime | None) -> str:
    """``令和8年11月23日（月）``; empty for no date."""
    if value and is_abroad():
        return date_format(_day(value), "D, j M Y")
    return dates.wareki_weekday(_day(value)) if value else ""


@register.filter
def day_weekday(value: date) -> str:
    """``11月23日（月）``: a day within a month that is named beside it."""
    if is_abroad():
        return date_format(value, "D, j M")
    return f"{value.month}月{value.day}日（{dates.WEEKDAYS[value.weekday()]}）"


@register.filter
def wareki_time(value: datetime | None) -> str:
    """``令和8年11月23日（月） 14:05``; empty for no moment."""
    if not value:
        return ""
    local = timezone.localtime(value)
    if is_abroad():
        return date_format(local, "D, j M Y, H:i")
    return f"{dates.wareki_weekday(local.date())} {local:%-H:%M}"


@register.filter
def wareki_until(value: datetime | None) -> str:
    """The end of a period: midnight is the 24:00 of the day before, as people say."""
    if not value or timezone.localtime(value).time() != time.min:
        return wareki_time(value)
    return f"{wareki_weekday(timezone.localtime(value).date() - timedelta(1))} 24:00"


@register.filter
def wareki_second(value: datetime | None) -> str:
    """The same to the second, where a moment must be proved."""
    if not value:
        return ""
    return f"{wareki_time(value)}:{timezone.localtime(value):%S}"


@register.filter
def wareki_month(value: date) -> str:
    """``令和8年（2026年）11月``: a month by its era, the Western year beside it."""
    if is_abroad():
        return date_format(value, "F Y")
    return f"{dates.wareki_year(value)}（{value.year}年）{value.month}月"
