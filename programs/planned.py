"""What the draft of a site's page plans: shown in the preview, a fact on publication.

Until the page is published nothing of it is known to the resolver of opening days, so
that page, calendar, JSON-LD, API and open data change in one moment.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from wagtail.blocks import StreamValue

from home import languages
from programs.models.facts import Site
from programs.models.opening import OpeningException, SchoolHoliday
from programs.models.planned import PlannedFact
from staff.dates import fiscal_year

MOST_MONTHS = 3


def is_planning(page) -> bool:
    """Whether the page is where opening days are planned: the one in Japanese."""
    return languages.is_source(page) and not page.alias_of_id


@transaction.atomic
def take_over(page) -> None:
    """Make facts of what the page plans; a block that is gone takes back what it made.

    Taken back is only what nobody changed or plans besides, and what has not begun:
    days that people were told of stay.
    """
    rows = carry_out(page)
    for row in rows:
        row.save()
    blocks = [row.block for row in rows]
    for row in PlannedFact.objects.filter(page=page).exclude(block__in=blocks):
        row.delete()
        if is_to_go(row):
            row.fact.delete()


def carry_out(page) -> list[PlannedFact]:
    """Each block's fact as the block says it; what stands for the blocks, unsaved."""
    known = {row.block: row for row in PlannedFact.objects.filter(page=page.pk)}
    others = list(PlannedFact.objects.exclude(page=page.pk).exclude(holiday=None))
    found: list[PlannedFact] = []
    for block in whole_blocks(page):
        row = known.pop(block.id, None) or PlannedFact(page=page, block=block.id)
        value = plain(block)
        if row.value != value:
            write(row, block, page.site, [*others, *known.values(), *found])
            row.value = value
        move(row, page.site)
        found.append(row)
    return found


def is_to_go(row: PlannedFact) -> bool:
    """Whether the fact goes with its block, which is gone."""
    return bool(
        row.fact
        and row.is_new
        and row.begins_on > timezone.localdate()
        and is_as_written(row)
        and not is_held(row.holiday)
    )


def is_as_written(row: PlannedFact) -> bool:
    """Whether the fact still says what the block said, or staff changed it since."""
    now = as_kept({name: getattr(row.fact, name) for name in row.value})
    return now == row.value


def is_held(holiday: SchoolHoliday | None) -> bool:
    """Whether a block of any page stands for the period."""
    return holiday is not None and PlannedFact.objects.filter(holiday=holiday).exists()


def write(row: PlannedFact, block, site: Site, others: list[PlannedFact]) -> None:
    """The fact of one block, made or changed."""
    values = dict(block.value)
    if block.block_type == "holiday":
        fact = period_for(row, values, others)
    else:
        fact = row.change or OpeningException(site=site)
    for name, value in values.items():
        setattr(fact, name, value)
    fact.full_clean()
    fact.save()
    setattr(row, block.block_type, fact)


def period_for(row: PlannedFact, values: dict, others) -> SchoolHoliday:
    """The period that a block writes; what another block stands for is not changed.

    It is the block's own, or one of that name and year that it continues or corrects,
    or the same that another block plans as well, or a new one.
    """
    held = {other.holiday_id: other for other in others}
    if row.holiday and row.holiday_id not in held:
        return row.holiday
    for period in periods_touched(values):
        is_same = (period.starts_on, period.ends_on) == (
            values["starts_on"],
            values["ends_on"],
        )
        if period.pk not in held or is_same:
            row.is_new = period.pk in held and held[period.pk].is_new
            return period
    row.is_new = True
    return SchoolHoliday()


def periods_touched(values: dict) -> list[SchoolHoliday]:
    """Periods of that name and fiscal year that overlap the days or adjoin them."""
    found = SchoolHoliday.objects.filter(
        name=values["name"],
        starts_on__lte=values["ends_on"] + timedelta(days=1),
        ends_on__gte=values["starts_on"] - timedelta(days=1),
    )
    year = fiscal_year(values["starts_on"])
    return [row for row in found if fiscal_year(row.starts_on) == year]


def move(row: PlannedFact, site: Site) -> None:
    """A closure follows its page to another site, unless it is over.

    It leaves the one and comes to the other, so that both are dated anew.
    """
    fact = row.change
    if fact is None or fact.site_id == site.pk or fact.ends_on < timezone.localdate():
        return
    fact.delete()
    fact.site = site
    fact.save()
    row.change = fact


@contextmanager
def supposed(page) -> Iterator[None]:
    """Within it everything is as if the page were published; afterwards nothing is."""
    with transaction.atomic():
        carry_out(page)
        yield
        transaction.set_rollback(True)


def whole_blocks(page) -> list:
    """The blocks that say all they must, each once; the check tells of the others."""
    found: dict[str, StreamValue.StreamChild] = {}
    for block in page.planned:
        if is_whole(block):
            found.setdefault(block.get_prep_value()["id"], block)
    return list(found.values())


def is_whole(block) -> bool:
    try:
        block.block.clean(block.value)
    except ValidationError:
        return False
    return True


def plain(block) -> dict:
    """The value of a block as the database keeps it."""
    return as_kept(block.get_prep_value()["value"])


def as_kept(values: dict) -> dict:
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def months_of(page) -> list[date]:
    """The first days of the months that the plan touches, a few of them."""
    found: set[date] = set()
    for block in whole_blocks(page):
        first = block.value.get("starts_on") or block.value["date"]
        last = block.value.get("ends_on") or block.value.get("last_day") or first
        month = first.replace(day=1)
        while month <= last:
            found.add(month)
            month = (month + timedelta(days=31)).replace(day=1)
    return sorted(found)[:MOST_MONTHS]
