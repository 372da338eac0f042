"""The table of cases stands for the code of today: its texts and tests are found."""

import ast
from functools import cache

from tests.proof import ROOT, cases

LAST = 45


@cache
def names_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_number_has_a_rule_that_can_be_taken_away():
    assert {case.number for case in cases()} == set(range(1, LAST + 1))


def test_every_text_and_every_test_of_the_table_is_found():
    for case in cases():
        assert case.tests, case.rule
        for name in case.tests:
            file, _colons, test = name.partition("::")
            assert test.partition("[")[0] in names_of(file), name
        for edit in case.edits:
            content = (ROOT / edit.file).read_text(encoding="utf-8")
            without = edit.taken_from(content)
            assert without != content
            if edit.file.endswith(".py"):
                ast.parse(without)
