"""The paper of the answers: as wide as the questions say."""

import subprocess

import pytest

from forms.answers import AnswerItem
from forms.documents import copy_of, sheet_of
from forms.services.correcting import correct
from forms.templatetags.paper_lines import in_lines
from tests.forms import inbox
from tests.forms.inbox import field

pytestmark = pytest.mark.django_db

WIDE = (
    field("one", label="左の設問", width="half"),
    field("two", label="右の設問", width="half"),
    field("three", label="次の設問"),
    field(
        "rows",
        "repeat",
        label="きょうだい",
        row_title="#人目",
        fields=[
            field("nick", label="呼び名", width="half"),
            field("age", label="年齢", width="half"),
        ],
    ),
)
ANSWERS = {
    "f_one": "ひだり",
    "f_two": "みぎ",
    "f_three": "した",
    "f_rows": [{"id": "r1", "f_nick": "花", "f_age": "七つ"}],
}


def lines_of(pdf: bytes) -> list[str]:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return ["".join(line.split()) for line in done.stdout.decode().splitlines()]


@pytest.mark.parametrize("paper", [copy_of, sheet_of])
def test_answers_of_half_the_width_stand_side_by_side(paper):
    made = inbox.received(inbox.version(inbox.form(), *WIDE), ANSWERS)
    lines = lines_of(paper(made))
    assert "左の設問ひだり右の設問みぎ" in lines
    assert "次の設問した" in lines
    if paper is copy_of:
        assert "呼び名：花年齢：七つ" in lines


def test_every_line_is_filled_and_none_is_overfull():
    def item(width, rows=()):
        return AnswerItem("k", "c", "設問", "text", "答え", width=width, rows=rows)

    rows = [("1人目", [])]
    items = [item("third")] * 4 + [item("half"), item("half", rows), item("half")]
    found = in_lines(items)
    assert [[c.whole for c in line] for line in found] == [
        [4, 4, 4],
        [4, 8],
        [12],
        [12],
    ]


def test_rows_of_a_group_stand_in_a_table_on_the_sheet_where_they_fit():
    short = [field("nick", label="呼び名"), field("age", label="年齢")]
    group = field("rows", "repeat", label="きょうだい", row_title="#人目", fields=short)
    answers = {
        "f_rows": [
            {"id": "r1", "f_nick": "花", "f_age": "七つ"},
            {"id": "r2", "f_nick": "空"},
        ]
    }
    made = inbox.received(inbox.version(inbox.form(), group), answers)
    lines = lines_of(sheet_of(made))
    assert "番号呼び名年齢" in lines
    assert "1人目花七つ" in lines
    assert "2人目空–" in lines


def test_rows_that_would_be_squeezed_stay_line_by_line_and_lose_nothing():
    many = [field(f"n{at}", label=f"かなり長い設問の文{at}番") for at in range(9)]
    group = field("rows", "repeat", label="家族", row_title="#人目", fields=many)
    row = {f"f_n{at}": f"答え{at}" for at in range(9)}
    story = field(
        "s", "repeat", label="話", fields=[field("t", "long_text", label="文")]
    )
    long = "とても長い話です。" * 30
    answers = {
        "f_rows": [{"id": "r1", **row}],
        "f_s": [{"id": "r1", "f_t": long}],
    }
    made = inbox.received(inbox.version(inbox.form(), group, story), answers)
    lines = lines_of(sheet_of(made))
    for at in range(9):
        assert f"かなり長い設問の文{at}番：答え{at}" in lines
    assert "".join(lines).count("とても長い話です。") == 30


def test_a_corrected_group_says_what_was_sent_below_its_table(cast):
    inbox.grant(role="case_worker")
    made = inbox.received(inbox.version(inbox.form(), *WIDE), ANSWERS, partner=None)
    typed = [{"id": "r1", "f_nick": "花子", "f_age": "七つ"}]
    act = {"by": cast["intake"], "reason": "母に確認"}
    correct(made, key="f_rows", typed=typed, **act)
    text = "".join(lines_of(sheet_of(made)))
    assert "1人目花子七つ" in text
    assert "理由:母に確認元の回答:1人目呼び名：花" in text.replace("　", "")
