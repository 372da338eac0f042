"""Reading and writing spreadsheets: nothing runs, nothing is lost, nothing explodes."""

import csv
import io
import time
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from exchange import reading
from exchange.books import LongBook
from exchange.reading import read
from exchange.widgets import CodeWidget, DigitsWidget, WholeNumberWidget, YesNoWidget
from exchange.writing import guarded, in_cp932, to_csv, to_xlsx, unguarded

LIVE = [
    "=1+1",
    "==1+1",
    "{=A1}",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "　=1",
    " =1",
    "|cmd",
    "'=1",
    "''=1",
    "'",
    "=HYPERLINK(1)",
    "https://example.jp",
    "0012",
    "1-2",
    "1E5",
    "_x0041_",
    "𠮷田 髙橋 葛󠄁城",
]
PRINTABLE = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs"],
        exclude_characters="\ufffe\uffff",
    )
    | st.sampled_from("=+-@'\t\n　＝"),
    max_size=30,
)


def xlsx(rows, prepare=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if prepare:
        prepare(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(content, name="file.xlsx", encoding="auto"):
    return [row.cells for row in read(content, name, encoding, 50).rows]


def refused(content, name="file.xlsx", encoding="auto", max_rows=50):
    started = time.process_time()
    with pytest.raises(ValidationError) as caught:
        read(content, name, encoding, max_rows)
    assert time.process_time() - started < 5
    (message,) = caught.value.messages
    assert not message.isascii(), "not in Japanese"
    return message


def repacked(content, change):
    """The same workbook with its members changed by ``change(name, data)``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)), zipfile.ZIP_DEFLATED)
    return out.getvalue()


# Writing


@pytest.mark.parametrize("text", LIVE)
def test_xlsx_keeps_text_as_text(text):
    book = load_workbook(io.BytesIO(to_xlsx(["見出し"], [[text]])))
    cell = book.active["A2"]

    assert cell.data_type != "f"
    assert cells(to_xlsx(["見出し"], [[text]])) == [[text.replace("\r", "\n")]]


@given(PRINTABLE, PRINTABLE)
def test_xlsx_gives_back_what_it_was_given(one, two):
    written = to_xlsx(["あ", "い"], [[f"x{one}", two]])

    assert cells(written) == [[f"x{one}", two]]


@given(PRINTABLE, PRINTABLE)
def test_csv_gives_back_what_it_was_given(one, two):
    written = to_csv(["あ", "い"], [[f"x{one}", two]], "utf-8").content

    assert cells(written, "file.csv") == [[f"x{one}", two]]


@given(PRINTABLE)
def test_the_guard_can_be_taken_off_again(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" \u3000").startswith(tuple("=+-@＝＋－＠\t\r\n"))


@pytest.mark.parametrize("text", LIVE)
def test_csv_holds_nothing_that_runs(text):
    written = to_csv(["見出し"], [[text]], "utf-8").content.decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(written, newline="")))[1:]

    assert not row[0].lstrip(" \u3000").startswith(tuple("=+-@＝＋－＠\t\r\n"))


def test_csv_begins_with_a_bom_and_numbers_stay_numbers():
    written = to_csv(["a", "b"], [["=1", -5]], "utf-8").content

    assert written.startswith(b"\xef\xbb\xbf")
    assert written.endswith(b'"\'=1",-5\r\n')


def test_moments_are_those_of_japan():
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    row = [moment, date(2026, 11, 23)]

    assert b"2026/11/23 08:30" in to_csv(["a", "b"], [row], "utf-8").content
    assert cells(to_xlsx(["a", "b"], [row])) == [["2026-11-23 08:30", "2026-11-23"]]


def test_what_cp932_lacks_is_named_with_its_place():
    made = to_csv(["名", "読み"], [["髙﨑①㈱", "〜−"], ["𠮷田", "葛󠄁"]], "cp932")

    assert [(loss.row, loss.column) for loss in made.losses] == [(3, "名"), (3, "読み")]
    assert made.losses[0].character == "𠮷"
    assert "髙﨑①㈱" in made.content.decode("cp932")
    assert "〓田" in made.content.decode("cp932")
    assert in_cp932("あ") == ("あ", [])


def test_text_too_long_for_a_cell_says_so():
    (row,) = load_workbook(io.BytesIO(to_xlsx(["a"], [["あ" * 40_000]]))).active[
        "A2:A2"
    ]

    assert len(row[0].value) == 32_767
    assert row[0].value.endswith("ここで切れています）")


def test_a_text_is_cut_between_two_signs_as_spreadsheet_programs_count():
    family = "👨\u200d👩\u200d👧\u200d👦"
    rows = [[family * 3_000], ["𠮷" * 16_383]]
    long = io.BytesIO()
    with LongBook(long) as book:
        place = book.add("データ", ["a"])
        for row in rows:
            book.write(place, row)
    for content in (to_xlsx(["a"], rows), long.getvalue()):
        sheet = load_workbook(io.BytesIO(content)).active
        cut, whole = sheet["A2"].value, sheet["A3"].value
        assert len(cut.encode("utf-16-le")) // 2 <= 32_767
        kept, _note, rest = cut.partition("（")
        assert kept == family * (len(kept) // len(family)) != ""
        assert rest.endswith("ここで切れています）")
        assert whole == "𠮷" * 16_383


# Reading


def test_numbers_dates_and_zeros_are_read_as_people_see_them():
    def prepare(book):
        book.active["A2"].number_format = "0000"

    rows = [["a", "b", "c", "d"], [12, 3.0, datetime(2026, 4, 1), 1.5], [None] * 4]
    assert cells(xlsx(rows, prepare)) == [["0012", "3", "2026-04-01", "1.5"]]


def test_samples_blank_rows_and_hidden_sheets_are_left_out():
    def prepare(book):
        hidden = book.create_sheet("データ", 0)
        hidden.append(["秘密"])
        hidden.sheet_state = "hidden"

    rows = [["a", "b"], ["（例）1", "x"], [None, None], ["1", "y"], ["", " "]]
    sheet = read(xlsx(rows, prepare), "f.xlsx", "auto", 50)

    assert [(row.number, row.cells) for row in sheet.rows] == [(4, ["1", "y"])]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("コード,名\n1,髙﨑\n".encode("cp932"), "auto"),
        ("コード,名\n1,髙﨑\n".encode("cp932"), "cp932"),
        ("コード,名\n1,髙﨑\n".encode(), "auto"),
        ("コード,名\r\n1,髙﨑\r\n".encode("utf-8-sig"), "utf-8"),
    ],
)
def test_csv_is_read_in_the_encodings_that_offices_use(content, encoding):
    sheet = read(content, "一覧.csv", encoding, 50)

    assert sheet.headings == ["コード", "名"]
    assert sheet.rows[0].cells == ["1", "髙﨑"]


def far_cell(name, data):
    return data.replace(b'r="A2"', b'r="XFD3000"') if "sheet1" in name else data


def many_rows(name, data):
    return data.replace(b'r="A2"', b'r="A900000"') if "sheet1" in name else data


def entities(name, data):
    if "sharedStrings" not in name and "workbook.xml" not in name:
        return data
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    head, _, rest = data.partition(b"?>")
    return head + b"?>" + bomb + rest if rest else bomb + data


def bomb(extra, **how):
    """A workbook with one more member."""
    out = io.BytesIO(xlsx([["a"], ["1"]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        extra(archive)
    return out.getvalue()


def symlink(archive):
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    archive.writestr(link, "/etc/passwd")


GOOD = [["a", "b"], ["1", "2"]]
BAD_XLSX = {
    "empty": b"",
    "torn": xlsx(GOOD)[:900],
    "not a zip": b"PK\x03\x04" + b"x" * 500,
    "no members": b"PK\x05\x06" + b"\0" * 18,
    "old format": b"\xd0\xcf\x11\xe0" + b"x" * 500,
    "far cell": repacked(xlsx(GOOD), far_cell),
    "900,000 rows": repacked(xlsx(GOOD), many_rows),
    "entities": repacked(xlsx(GOOD), entities),
    "merged": xlsx(GOOD, lambda book: book.active.merge_cells("A2:B2")),
    "macro": bomb(lambda a: a.writestr("xl/vbaProject.bin", b"x")),
    "ratio": bomb(lambda a: a.writestr("xl/big.xml", b"0" * 5_000_000)),
    "unpacked": bomb(lambda a: a.writestr("xl/big.xml", bytes(range(256)) * 100_000)),
    "members": bomb(lambda a: [a.writestr(f"x{n}", b"") for n in range(300)]),
    "nested": bomb(lambda a: a.writestr("xl/in.zip", b"PK")),
    "absolute": bomb(lambda a: a.writestr("/etc/cron", b"x")),
    "above": bomb(lambda a: a.writestr("../up", b"x")),
    "link": bomb(symlink),
    "twice": xlsx([["a", "a"], ["1", "2"]]),
    "no headings": xlsx([["", ""], ["1", "2"]]),
    "headings only": xlsx([["a", "b"]]),
    "wider than its headings": xlsx([["a"], ["1", "2"]]),
    "long cell": xlsx([["a"], ["x" * 10_001]]),
    "51 rows": xlsx([["a"]] + [["x"]] * 51),
    "too wide": xlsx([["a"] * 101, ["1"] * 101]),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", BAD_XLSX)
def test_a_bad_workbook_is_refused_in_japanese(name):
    refused(BAD_XLSX[name])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_refused():
    refused(bomb(lambda a: a.writestr("xl/workbook.xml", b"<x/>")))


def test_an_encrypted_member_is_refused():
    content = bytearray(xlsx(GOOD))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    refused(bytes(content))


def test_a_stated_dimension_that_lies_changes_nothing():
    def lie(name, data):
        if "sheet1" not in name:
            return data
        return data.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    assert cells(repacked(xlsx(GOOD), lie)) == [["1", "2"]]


BAD_CSV = {
    "utf-16": "a,b\n1,2".encode("utf-16"),
    "nul": b"a,b\n1,\x002",
    "long field": b"a\n" + b"x" * 131_073,
    "ragged": b"a,b\n1,2,3\n",
    "quote": b'a,b\n"1,2\n' + b"x" * 140_000,
    "tabs": b"a\tb\n1\t2\n",
    "neither": b"a,b\n\x81\xff\xff,2\n",
    "rows": b"a\n" + b"1\n" * 100_000,
    "blank rows": b"a\n" + b"\n" * 100_000,
    "double heading": b"a,a\n1,2\n",
    "headings only": b"a,b\n",
    "columns": b"," * 200 + b"\n",
    "binary": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", BAD_CSV)
def test_a_bad_csv_is_refused_in_japanese(name):
    refused(BAD_CSV[name], "file.csv")


@pytest.mark.parametrize(
    "name", ["a.xlsm", "a.xls", "a.ods", "a.tsv", "a.json", "a.yaml", "a.html", "a", ""]
)
def test_only_xlsx_and_csv_are_read(name):
    assert ".xlsx" in refused(xlsx(GOOD), name)
    assert ".xlsx" in refused(b"a,b\n1,2\n", name)


def test_the_ending_must_fit_the_content():
    refused(xlsx(GOOD), "a.csv")
    refused(b"a,b\n1,2\n", "a.xlsx")


def test_a_file_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)

    assert "5 MB" in refused(xlsx(GOOD))


@given(st.binary(max_size=300))
def test_whatever_is_uploaded_is_read_or_refused(content):
    for name in ("a.csv", "a.xlsx"):
        try:
            read(content, name, "auto", 50)
        except ValidationError:
            continue


# Cells


@pytest.mark.parametrize(
    "text",
    ["1e1000000", "1e4299", "٣", "0x10", "NaN", "1_000", "1.5", "９９９９９９９９９９"],
)
def test_only_whole_numbers_of_nine_digits_are_numbers(text):
    started = time.monotonic()
    with pytest.raises(ValueError):
        WholeNumberWidget().clean(text)
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize(
    ("text", "number"),
    [("１２", 12), (" 7 ", 7), ("1,000", 1000), ("－3", -3), ("", None)],
)
def test_numbers_as_people_write_them(text, number):
    assert WholeNumberWidget().clean(text) == number


@pytest.mark.parametrize(
    "text", ["0660000000", "06-6000-0000", "０６－６０００－００００", "(06)6000 0000"]
)
def test_phones_as_people_write_them(text):
    assert DigitsWidget(10, 11).clean(text) == "0660000000"


def test_a_phone_that_lost_its_zero_is_told_how_many_digits_it_has():
    with pytest.raises(ValueError, match="9けたです"):
        DigitsWidget(10, 11).clean("660000000")


def test_codes_and_yes_and_no():
    assert CodeWidget().clean("００１２－Ａ") == "0012-A"
    assert YesNoWidget().clean("○") and not YesNoWidget().clean("いいえ")
    with pytest.raises(ValueError):
        YesNoWidget().clean("")
