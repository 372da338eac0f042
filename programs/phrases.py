"""The texts of facts that pages show in every language."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from home.models import NoticeText
from home.tables import UnreadableTable, cells_of
from programs.models import (
    OpeningException,
    SchoolHoliday,
    ServiceType,
    Site,
    StatisticsPage,
)

HOLIDAYS = (
    *("元日", "成人の日", "建国記念の日", "天皇誕生日", "春分の日", "昭和の日"),
    *("憲法記念日", "みどりの日", "こどもの日", "海の日", "山の日", "敬老の日"),
    *("秋分の日", "スポーツの日", "文化の日", "勤労感謝の日", "国民の休日", "振替休日"),
)


def phrases_of_facts() -> list[str]:
    """Each text once: of public sites and services, and of the days not over."""
    return list(dict.fromkeys(text for text in texts() if text))


def texts() -> Iterator[str]:
    today = timezone.localdate()
    is_to_come = Q(date__gte=today) | Q(last_day__gte=today)
    changes = OpeningException.objects.filter(is_to_come, site__is_public=True)
    yield from fields(
        Site.objects.filter(is_public=True),
        *("name", "capacity_note", "audience", "fee_note", "as_of"),
    )
    yield from fields(
        ServiceType.objects.filter(is_public=True), "label_public", "description"
    )
    yield from fields(SchoolHoliday.objects.filter(ends_on__gte=today), "name")
    yield from fields(changes, "reason")
    yield from fields(NoticeText.objects.all(), "title", "body", "reason")
    for page in StatisticsPage.objects.live().filter(
        locale__language_code=settings.LANGUAGE_CODE
    ):
        for block in page.tables:
            yield from words_of_table(block.value)


def words_of_table(value) -> Iterator[str]:
    """Caption, unit, note and headings of a table of figures."""
    yield from (value.get(name) for name in ("caption", "unit", "note", "as_of"))
    try:
        heads, *rows = cells_of(value.get("table") or "")
    except UnreadableTable:
        return
    yield from (*heads, *(row[0] for row in rows))


def fields(rows: Iterable, *names: str) -> Iterator[str]:
    for row in rows:
        for name in names:
            yield getattr(row, name)
