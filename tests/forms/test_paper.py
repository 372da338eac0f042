"""The paper of the answers: as wide as the questions say."""

import subprocess

import pytest

from forms.answers import AnswerItem
from forms.documents import copy_of, sheet_of
from forms.templatetags.paper_lines import in_lines
from tests.forms import inbox
from tests.forms.inbox import field

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

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
