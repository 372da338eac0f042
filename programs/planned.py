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

from programs.models.opening import OpeningException, SchoolHoliday
from programs.models.planned import PlannedFact
from staff.dates import fiscal_year

MOST_MONTHS = 3


@transaction.atomic
def take_over(page) -> None:
    """Make facts of what the page plans; a block that is gone takes back what it made.

    Taken back is only what has not begun: days that people were told of stay.
    """
    known = {row.block: row for row in PlannedFact.objects.filter(page=page)}
    for block in whole_blocks(page):
        value = plain(block)
        row = known.pop(block.id, None)
        if row is None:
            row = PlannedFact(page=page, block=block.id)
        elif row.value == value:
            continue
        row.value = value
        write(row, block, page)
        row.save()
    for row in known.values():
        fact = row.fact
        if fact and row.is_new and row.begins_on > timezone.localdate():
            fact.delete()
        row.delete()


def write(row: PlannedFact, block, page) -> None:
    """The fact of one block, made or changed."""
    values = dict(block.value)
    if block.block_type == "holiday":
        fact = row.holiday or same_period(values) or SchoolHoliday()
        row.is_new = row.is_new and (fact.pk is None or row.holiday_id == fact.pk)
    else:
        fact = row.change or OpeningException(site=page.site)
    for name, value in values.items():
        setattr(fact, name, value)
    fact.full_clean()
    fact.save()
    setattr(row, block.block_type, fact)


def same_period(values: dict) -> SchoolHoliday | None:
    """The period of that name in the fiscal year, which is changed then."""
    year = fiscal_year(values["starts_on"])
    named = SchoolHoliday.objects.filter(name=values["name"])
    return next((row for row in named if fiscal_year(row.starts_on) == year), None)


@contextmanager
def supposed(page) -> Iterator[None]:
    """Within it everything is as if the page were published; afterwards nothing is."""
    with transaction.atomic():
        rows = PlannedFact.objects.filter(page=page.pk)
        known = {row.block: row for row in rows}
        for block in whole_blocks(page):
            row = known.get(block.id) or PlannedFact(page=page, block=block.id)
            if row.value != plain(block):
                write(row, block, page)
        yield
        transaction.set_rollback(True)


def whole_blocks(page) -> list:
    """The blocks that say all they must; of the others the check tells the editor."""
    return [block for block in page.planned if is_whole(block)]


def is_whole(block) -> bool:
    try:
        block.block.clean(block.value)
    except ValidationError:
        return False
    return True


def plain(block) -> dict:
    """The value of a block as the database keeps it."""
    value = block.get_prep_value()["value"]
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


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
