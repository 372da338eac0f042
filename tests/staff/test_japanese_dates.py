"""Dates and times are taken as people in a city office write them."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from staff.forms import JapaneseDateField, JapaneseTimeField


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和8年11月23日", date(2026, 11, 23)),
        ("令和８年１１月２３日（月）", date(2026, 11, 23)),
        ("R8.11.23", date(2026, 11, 23)),
        ("ｒ８／１１／２３", date(2026, 11, 23)),
        ("㋿8年11月23日", date(2026, 11, 23)),
        ("2026/11/23", date(2026, 11, 23)),
        ("２０２６／１１／２３", date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)),
        ("２０２６年１１月２３日", date(2026, 11, 23)),
        ("20261123", date(2026, 11, 23)),
        (" 2026ー11ー23 ", date(2026, 11, 23)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("H28.7.15", date(2016, 7, 15)),
        ("", None),
        ("　", None),
    ],
)
def test_a_date_is_read_by_era_and_by_year_in_any_width(typed, day):
    assert JapaneseDateField(required=False).clean(typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "令和8年2月30日",
        "平成31年5月1日",
        "昭和99年1月1日",
        "令和0年1月1日",
        "2026/13/01",
        "0001/01/01",
        "9999/12/31",
        "11/23",
        "明日",
        "2026/11/23\x00",
        "9" * 10_000,
        "👧",
    ],
)
def test_what_is_no_date_is_answered_with_an_example(typed):
    with pytest.raises(ValidationError) as refused:
        JapaneseDateField().clean(typed)

    assert "R8.11.23" in refused.value.messages[0]


def test_a_stored_date_is_shown_by_its_era_and_read_back():
    field = JapaneseDateField()
    shown = field.widget.format_value(date(2026, 11, 23))

    assert shown == "令和8年11月23日"
    assert field.clean(shown) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("16:30", time(16, 30)),
        ("１６：３０", time(16, 30)),
        ("16時30分", time(16, 30)),
        ("9時", time(9, 0)),
    ],
)
def test_a_time_is_read_in_any_width(typed, moment):
    assert JapaneseTimeField().clean(typed) == moment


@pytest.mark.parametrize("typed", ["25:00", "16:", "16", "夕方", "16:60", "1" * 9999])
def test_what_is_no_time_is_answered_with_an_example(typed):
    with pytest.raises(ValidationError) as refused:
        JapaneseTimeField().clean(typed)

    assert "16:30" in refused.value.messages[0]
