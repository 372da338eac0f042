"""Small numbers: what is kept back cannot be recomputed from what is shown."""

import json
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from home.tables import UnreadableTable
from programs import figures
from programs.models import StatisticsPage
from programs.suppression import ABSENT, HIDDEN, SHOWN, SMALL, Sheet, protect

SMALL_TABLES = st.tuples(st.integers(1, 2), st.integers(1, 3)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 6), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)
MOST = 14


def possible(sheet: Sheet, place) -> range | list[int]:
    """What readers know of one inner count, by what stands in its place."""
    mark, value = sheet.mark(place), sheet.value(place)
    if mark == SHOWN:
        return [value]
    if mark == SMALL:
        return range(1, sheet.threshold)
    return range(sheet.threshold, MOST)


def fits(sheet: Sheet, place, value: int) -> bool:
    """Whether a total may be *value*, by what stands in its place."""
    mark = sheet.mark(place)
    if mark == SHOWN:
        return value == sheet.value(place)
    if mark == SMALL:
        return 0 < value < sheet.threshold
    return mark == ABSENT or value >= sheet.threshold


def worlds(sheet: Sheet):
    """Every table that shows the same, found by trying them all."""
    inner = [(r, c) for r in range(sheet.height) for c in range(sheet.width)]
    for values in product(*(possible(sheet, place) for place in inner)):
        rows = [
            values[r * sheet.width : (r + 1) * sheet.width] for r in range(sheet.height)
        ]
        other = Sheet([list(row) for row in rows], sheet.threshold)
        totals = [p for p in sheet.places() if p not in inner]
        if all(fits(sheet, place, other.value(place)) for place in totals):
            yield other


@settings(max_examples=60, deadline=None)
@given(SMALL_TABLES, st.integers(3, 4), st.booleans(), st.booleans())
def test_no_count_that_is_kept_back_can_be_recomputed(counts, threshold, rows, columns):
    sheet = Sheet(counts, threshold, has_row_totals=rows, has_column_totals=columns)
    if not protect(sheet):
        return  # such a table is refused
    kept = [place for place, mark in sheet.marks.items() if mark in (SMALL, HIDDEN)]
    seen = {place: set() for place in kept}
    for world in worlds(sheet) if kept else ():
        for place in kept:
            seen[place].add(world.value(place))
        if all(len(values) > 1 for values in seen.values()):
            return
    assert not [place for place, values in seen.items() if len(values) < 2]


@settings(max_examples=100, deadline=None)
@given(SMALL_TABLES)
def test_a_table_without_small_counts_is_shown_as_it_is(counts):
    sheet = Sheet([[n + 10 for n in row] for row in counts], 10)
    assert protect(sheet)
    assert not sheet.marks


def test_without_more_kept_back_the_total_would_tell():
    sheet = Sheet([[12], [3], [15]], 10, has_row_totals=False)
    assert protect(sheet)
    assert sheet.mark((1, 0)) == SMALL
    assert [sheet.mark((0, 0)), sheet.mark((2, 0))].count(HIDDEN) == 1


def test_a_pasted_table_is_stored_without_its_small_numbers():
    typed = (
        "月\t小学生\t中学生\t計\n4月\t２１人\t1,212\t1233\n"
        "5月\t19\t7\t26\n計\t40\t1219\t1259"
    )
    stored = figures.protected(typed, 10, adds_up=True)
    assert stored.splitlines()[0] == "月\t小学生\t中学生\t計"
    assert "10未満" in stored and "\t7\t" not in stored and "非公表" in stored
    assert figures.protected(stored, 10, adds_up=True) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "見出しだけ", "月\t人\n4月\t多い", "月\t人\n4月\t-3", "月\t人\n4月\t1.5"],
)
def test_what_makes_no_table_of_counts_is_refused_in_words(typed):
    with pytest.raises(UnreadableTable):
        figures.protected(typed, 10, adds_up=True)


@pytest.mark.parametrize(
    "typed",
    [
        "月\t人\n4月\t10未満\n5月\t20\n計\t25",
        "月\t人\n4月\t10未満\n5月\t4\n6月\t非公表\n計\t40",
    ],
)
def test_marks_typed_by_hand_hide_nothing_that_the_total_tells(typed):
    with pytest.raises(UnreadableTable):
        figures.protected(typed, 10, adds_up=True)


@pytest.mark.django_db
def test_no_small_number_reaches_the_database(seeded, client):
    page = StatisticsPage.objects.get(slug="suuji")
    assert "7" not in page.tables[0].value["table"].split()
    page.tables[0].value["table"] = "学年\t人\n小学生\t4444\n中学生\t3333\n高校生\t6"
    page.save_revision().publish()
    stored = StatisticsPage.objects.get(pk=page.pk)
    kept = json.loads(page.revisions.latest("pk").content["tables"])
    for held in (stored.tables.raw_data[0], kept[0]):
        rows = held["value"]["table"].splitlines()
        assert rows[2:] == ["中学生\t非公表", "高校生\t10未満", "計\t7783"]
    text = client.get("/suuji/").text
    assert "10未満" in text and "<svg" in text and "<caption>" in text
    page.tables[0].value["table"] = "読めない"
    with pytest.raises(ValidationError):
        page.full_clean()
