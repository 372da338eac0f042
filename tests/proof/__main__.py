"""Take each rule away in a copy of the tree, and see its test fail: red is good.

Usage: ``python -m tests.proof [NUMBER …]``. What a rule is, which tests prove it and
which edit takes it away stands in ``cases.toml``. Cases with a database of their own
are passed over unless DATABASE_URL names one of that kind. It takes some fifteen
seconds a case, and touches nothing but a temporary folder.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.proof import ROOT, Case, cases

LEFT_OUT = (".git", ".venv", "var", "__pycache__", ".pytest_cache", ".ruff_cache")
LONGEST = 900
FAILED = re.compile(r"\b[0-9]+ failed\b")  # an error before the test is none


def main(numbers: list[str]) -> int:
    wanted = [case for case in cases() if not numbers or str(case.number) in numbers]
    green = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
        for case in wanted:
            if not case.plays_on(os.environ.get("DATABASE_URL", "")):
                print(f"{case.number:>3} passed over  {case.rule}", flush=True)
                continue
            begin = time.monotonic()
            is_red, words = take_away(case, tree)
            spent = f"{time.monotonic() - begin:.0f} s"
            print(
                f"{case.number:>3} {'red' if is_red else 'GREEN':<6}{spent:>6}"
                f"  {case.rule}",
                flush=True,
            )
            if not is_red:
                green.append(case)
                print(words[-3000:], flush=True)
    print(f"{len(wanted) - len(green)} of {len(wanted)} as they should be")
    return 1 if green else 0


def take_away(case: Case, tree: Path) -> tuple[bool, str]:
    """Whether each test of a case fails without its rule; what pytest said if not."""
    kept = {edit.file: (tree / edit.file).read_text() for edit in case.edits}
    try:
        for edit in case.edits:
            file = tree / edit.file
            file.write_text(edit.taken_from(file.read_text()))
        for test in case.tests:
            words = run(test, tree)
            if not FAILED.search(words):
                return False, f"{test}\n{words}"
        return True, ""
    finally:
        for name, text in kept.items():
            (tree / name).write_text(text)


def run(test: str, tree: Path) -> str:
    """What pytest says of one test, in the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", test]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
