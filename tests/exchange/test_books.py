"""Long workbooks: whatever is written comes out of them sign by sign."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from exchange import books
from exchange.books import LongBook, letters_of
from exchange.writing import UNWRITABLE
from tests.factories import TOKYO


def book_of(rows, headings=("見出し",), title="全件"):
    file = io.BytesIO()
    with LongBook(file) as book:
        place = book.add(title, headings)
        for row in rows:
            book.write(place, row)
    return openpyxl.load_workbook(io.BytesIO(file.getvalue()))


@given(st.lists(st.text(st.characters(), max_size=30), max_size=20))
def test_texts_come_out_as_they_went_in_but_for_what_no_cell_can_hold(texts):
    sheet = book_of([text] for text in texts)["全件"]
    kept = [
        UNWRITABLE.sub("", t.replace("\r\n", "\n").replace("\r", "\n")) for t in texts
    ]
    found = [sheet.cell(at, 1).value or "" for at in range(2, len(texts) + 2)]
    assert found == kept


@pytest.mark.parametrize(
    "text",
    ["=1+1", "<r><t>x</t></r>", "_x0041_", " 前後 ", "\n改行\n", "&amp;", "{=A1}"],
)
def test_text_that_looks_like_something_else_stays_text(text):
    cell = book_of([[text]])["全件"]["A2"]
    assert (unescape(cell.value), cell.data_type) == (text, "s")
    assert cell.number_format == "@"


def test_days_moments_and_numbers_stay_what_they_are():
    row = [date(2016, 2, 29), datetime(2026, 1, 1, 0, 30, tzinfo=TOKYO), 12, 1.5, True]
    sheet = book_of([row], headings=["日", "時", "数", "小数", "真"])["全件"]
    day, moment, number, part, truth = [cell.value for cell in sheet[2]]
    assert (day.date(), moment) == (row[0], datetime(2026, 1, 1, 0, 30))
    assert (number, part, truth) == (12, 1.5, "はい")
    assert sheet["A2"].number_format == "yyyy/mm/dd"


def test_a_day_that_no_spreadsheet_counts_stays_readable():
    assert book_of([[date(1868, 10, 23)]])["全件"]["A2"].value == "1868/10/23"


@pytest.mark.parametrize("sign", ["あ", "𠮷"])
def test_what_is_too_long_for_a_cell_says_so_and_cuts_no_sign(sign):
    value = book_of([[sign * 40_000]])["全件"]["A2"].value
    assert len(value.encode("utf-16-le")) // 2 <= 32_767
    assert value.startswith(sign * 16_000)
    assert "切れています" in value


def test_a_sheet_that_is_full_goes_on_beside_it_and_no_row_is_lost(monkeypatch):
    monkeypatch.setattr(books, "MOST_ROWS", 3)
    book = book_of([[f"行{n}"] for n in range(5)])
    assert book.sheetnames == ["全件", "全件_2", "全件_3"]
    found = [row[0].value for sheet in book for row in list(sheet)[1:]]
    assert found == [f"行{n}" for n in range(5)]


def test_an_empty_cell_takes_no_place_and_its_neighbours_stay_where_they_are():
    sheet = book_of([["", None, "三"]], headings=["一", "二", "三"])["全件"]
    assert [cell.value for cell in sheet[2]] == [None, None, "三"]


def test_what_breaks_off_leaves_no_half_a_book():
    file = io.BytesIO()
    with pytest.raises(ValueError), LongBook(file) as book:
        book.write(book.add("全件", ["一"]), ["一", "二"])
    assert not file.getvalue()


def test_the_package_is_one_that_may_be_large():
    file = io.BytesIO()
    with LongBook(file) as book:
        book.add('名前に&と"', ["一"])
    names = zipfile.ZipFile(io.BytesIO(file.getvalue())).namelist()
    assert names[0] == "[Content_Types].xml"
    assert openpyxl.load_workbook(file).sheetnames == ['名前に&と"']


@pytest.mark.parametrize(
    ("at", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_spreadsheets_do(at, letters):
    assert letters_of(at) == letters
