"""Backup and restore of a real portal: what was acknowledged is there again."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

from portal.backup import databases, services
from portal.backup.seal import Sealing
from tests.exchange import files
from tests.forms.senders import Ledger, keep_sending, posts_of, stored
from tests.serving import ROOT, Portal, emptied_copy, running_portal

pytestmark = pytest.mark.server
PASSPHRASE = "ほんとうに ながい 合い言葉"
MARK = """
from staff.models import Unit
Unit.objects.create(code="late", name="あとから")
"""
LATE = """
import json
from staff.models import Unit
print(json.dumps(list(Unit.objects.filter(code="late").values_list("name", flat=True))))
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory, shared_folder):
    folder = tmp_path_factory.mktemp("portal") / "data"
    with running_portal(folder, shared_folder) as running:
        yield running


@pytest.fixture(scope="module")
def taken(portal, tmp_path_factory):
    """An archive made while people send, and the receipts they were shown before."""
    uploads = portal.data_dir / "private/attachments/ab"
    uploads.mkdir(parents=True)
    (uploads / "絵.pdf").write_bytes(files.pdf())
    archive = tmp_path_factory.mktemp("backup") / "夜.ibasho"
    ledger, posts = Ledger(), posts_of(portal.url)
    threads = [
        threading.Thread(
            target=keep_sending, args=(portal.url, posts, ledger), daemon=True
        )
        for _client in range(3)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 120
    while len(ledger.shown) < 4 and not ledger.broken and time.monotonic() < end:
        time.sleep(0.1)
    before = dict(ledger.shown)
    made = manage(portal, "backup", str(archive))
    ledger.is_over.set()
    for thread in threads:
        thread.join(timeout=60)
    assert made.returncode == 0, made.stderr
    assert not ledger.broken
    assert len(before) >= 4
    return archive, before


@pytest.fixture(scope="module")
def restored(portal, taken, tmp_path_factory):
    """Another machine, with a secret of its own, that was empty before."""
    folder = tmp_path_factory.mktemp("other") / "data"
    with emptied_copy(folder, portal) as other:
        done = manage(other, "restore", str(taken[0]))
        assert done.returncode == 0, done.stderr
        assert "監査記録に異常はありません" in done.stdout
        yield other


def manage(portal: Portal, *words: str, passphrase: str = PASSPHRASE):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=portal.environment | {"BACKUP_PASSPHRASE": passphrase},
        capture_output=True,
        text=True,
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_empty_machine_holds_all_that_was_acknowledged(portal, taken, restored):
    _archive, before = taken
    facts = stored(restored)
    shown = {token.removeprefix("draft:"): number for token, number in facts["rows"]}
    assert before.items() <= shown.items()
    assert facts["audit"] == []
    for name in ("media", "private"):
        assert digests(restored.data_dir / name) == digests(portal.data_dir / name)
    restored.start()
    restored.stop()


def test_the_archive_is_for_its_owner_and_says_nothing_without_the_passphrase(taken):
    archive, before = taken
    assert archive.stat().st_mode & 0o077 == 0
    content = archive.read_bytes()
    for word in [*before.values(), "SQLite format", "CREATE TABLE", "attachments"]:
        assert word.encode() not in content


@pytest.mark.parametrize("harm", ["cut", "flipped", "other", "missing", "passphrase"])
def test_a_bad_archive_is_refused_before_anything_is_touched(
    taken, tmp_path, settings, monkeypatch, harm
):
    archive, _before = taken
    content = bytearray(archive.read_bytes())
    content[-len(content) // 3] ^= harm == "flipped"
    content = {"cut": content[:-10], "other": b"PK" * 99}.get(harm, content)
    bad = tmp_path / "bad.ibasho"
    if harm != "missing":
        bad.write_bytes(content)
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(databases, "load", pytest.fail)
    word = "ちがう" if harm == "passphrase" else PASSPHRASE
    with pytest.raises(services.Refused):
        services.restore(bad, passphrase=word)
    assert list(settings.DATA_DIR.iterdir()) == []


@pytest.mark.parametrize("name", ["../out", "/out", "link", "twice", "folder"])
def test_what_lies_elsewhere_or_is_no_file_is_not_unpacked(
    tmp_path, settings, monkeypatch, name
):
    archive = tmp_path / "made.ibasho"
    name = str(tmp_path / "out") if name == "/out" else name
    with archive.open("wb") as file:
        sealing = Sealing(file, PASSPHRASE)
        with tarfile.open(fileobj=sealing, mode="w|gz") as tar:
            for each in ["twice", name]:
                entry = tarfile.TarInfo(each)
                kinds = {"link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE}
                entry.type, entry.linkname = kinds.get(each, tarfile.REGTYPE), "/etc"
                tar.addfile(entry, io.BytesIO())
        sealing.finish()
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(databases, "load", pytest.fail)
    with pytest.raises(services.Refused):
        services.restore(archive, passphrase=PASSPHRASE)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "made.ibasho"]
    assert list(settings.DATA_DIR.iterdir()) == []


def test_a_portal_that_runs_is_not_overwritten_even_when_its_keeper_was_killed(
    portal, taken
):
    archive, _before = taken
    children = portal.pids().values()
    os.kill(portal.process.pid, signal.SIGKILL)
    portal.process.wait()
    try:
        done = manage(portal, "restore", str(archive), "--replace")
        assert (done.returncode, "先に止めて" in done.stderr) == (1, True)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
    assert manage(portal, "backup", str(archive)).returncode == 1, "a new file only"


def test_what_is_replaced_is_kept_and_what_is_half_done_is_not_served(taken, restored):
    archive, _before = taken
    assert manage(restored, "shell", "-c", MARK).returncode == 0
    refused = manage(restored, "restore", str(archive))
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    assert manage(restored, "restore", str(archive), "--replace").returncode == 0
    assert people(restored) == []
    (kept,) = restored.data_dir.glob("before-restore-*.ibasho")
    (aside,) = restored.data_dir.glob("private.before-restore-*")
    assert digests(aside) == digests(restored.data_dir / "private")
    (restored.data_dir / "restore-unfinished").touch()
    for command in ("serve", "prepare"):
        assert "もう一度" in manage(restored, command).stderr
    done = manage(restored, "restore", str(kept))
    assert done.returncode == 0, done.stderr
    assert people(restored) == ["あとから"]
    assert not (restored.data_dir / "restore-unfinished").exists()


def test_a_database_that_cannot_be_read_is_kept_as_it_lies(taken, restored):
    if restored.database_url:
        pytest.skip("PostgreSQL keeps its files itself")
    file = restored.data_dir / "ibasho.sqlite3"
    file.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    done = manage(restored, "restore", str(taken[0]), "--replace")
    assert done.returncode == 0, done.stderr
    (damaged,) = restored.data_dir.glob("before-restore-*.damaged")
    assert damaged.read_bytes().endswith(b"xxx")
    assert people(restored) == []


def test_uploads_alone_are_something_that_a_restore_would_take_away(tmp_path, settings):
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = (
        tmp_path / "media",
        tmp_path / "private",
    )
    settings.PRIVATE_ROOT.mkdir()
    (settings.PRIVATE_ROOT / "child.pdf").touch()
    assert services._is_in_use()


def people(portal: Portal) -> list[str]:
    done = manage(portal, "shell", "-v", "0", "-c", LATE)
    return json.loads(done.stdout.strip().splitlines()[-1])
