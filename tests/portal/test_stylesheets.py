"""A brace that is lost in a style sheet takes every rule below it along, silently."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted(ROOT.glob("*/static/**/*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_block_of_a_style_sheet_is_closed(sheet):
    depth = 0
    for number, line in enumerate(sheet.read_text().splitlines(), 1):
        is_rule = "{" in line and not re.match(r"\s*@", line)
        assert not (is_rule and depth and not line.startswith("  ")), f"line {number}"
        depth += line.count("{") - line.count("}")
    assert depth == 0


def test_there_are_style_sheets():
    assert len(SHEETS) > 5
