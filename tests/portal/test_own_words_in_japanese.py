"""Every string of ours that a person can see has its Japanese."""

import shutil
import subprocess
import sys
from pathlib import Path

import polib

from tests.serving import ROOT


def extracted(work: Path) -> set[tuple[str | None, str]]:
    """Every msgid that gettext finds in our code and templates."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if name.endswith((".py", ".html", ".txt")) and (ROOT / name).exists():
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    (work / "locale").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "ja", "-v", "0"],
        cwd=work,
        check=True,
        capture_output=True,
    )
    found = polib.pofile(str(work / "locale/ja/LC_MESSAGES/django.po"))
    return {(entry.msgctxt, entry.msgid) for entry in found}


def test_every_string_of_ours_has_its_japanese(tmp_path):
    catalogue = polib.pofile(str(ROOT / "locale/ja/LC_MESSAGES/django.po"))
    ours = {(e.msgctxt, e.msgid) for e in catalogue if e.translated()}

    found = extracted(tmp_path)

    assert len(found) > 1000
    assert sorted(found - ours, key=str) == []
