"""Backup and restore: the database, what was uploaded, and the anchors of the audit.

The archive is a tar inside a seal. The secret of the portal is not in it. A restore
reads the whole archive, to its end, before it touches anything.
"""

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from home import freshness
from portal.backup import databases
from portal.backup.seal import Broken, Opening, Sealing
from staff.models import AuditEvent, User
from staff.services import record_event

MANIFEST, DATABASE, ANCHORS = "manifest.json", "database", "anchors.jsonl"


class Refused(Exception):
    """Nothing was changed; the text says why and what to do."""


@dataclass
class Manifest:
    """What stands in an archive: of when, of which kind of database, how many."""

    made_at: str
    vendor: str
    migrations: dict[str, str]
    files: int

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def folders() -> dict[str, Path]:
    """What was uploaded, by the name that it has in an archive."""
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def newest_migrations() -> dict[str, str]:
    """The last migration of each app that this database has seen."""
    rows = MigrationRecorder.Migration.objects.order_by("app", "name")
    return dict(rows.values_list("app", "name"))


def back_up(target: Path, *, passphrase: str = "") -> Manifest:
    """Write an archive to a file that is not there yet; others go on working.

    The database comes first: whatever is acknowledged before it is in the archive, with
    its files. FileExistsError, OSError, databases.Failed.
    """
    record_event("portal.backup.made", action=AuditEvent.Action.EXPORT)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with _private_folder() as here, _new_file(target, partial) as file:
            databases.save(here / DATABASE)
            manifest = Manifest(
                made_at=timezone.now().isoformat(),
                vendor=connection.vendor,
                migrations=newest_migrations(),
                files=sum(1 for _file in _uploaded()),
            )
            sealing = Sealing(file, passphrase)
            with tarfile.open(fileobj=sealing, mode="w|gz") as tar:
                _put(tar, MANIFEST, json.dumps(vars(manifest)).encode())
                tar.add(here / DATABASE, DATABASE)
                anchors = Path(settings.AUDIT_ANCHOR_FILE)
                if anchors.exists():
                    _put(tar, ANCHORS, anchors.read_bytes())
                for name, path in _uploaded():
                    _add(tar, name, path)
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def restore(source: Path, *, passphrase: str = "", replace: bool = False) -> Manifest:
    """Bring the portal to what an archive holds. Refused before anything is touched.

    A portal that is in use is replaced only where that was said; what it held is kept
    as an archive of its own beside the data, under the same passphrase.
    """
    with _private_folder() as here:
        manifest = _unpack(source, passphrase, here)
        if manifest.vendor != connection.vendor:
            raise Refused(
                _("This backup is of %(one)s, and this portal runs on %(other)s.")
                % {"one": manifest.vendor, "other": connection.vendor}
            )
        _refuse_newer(manifest)
        if _is_in_use():
            if not replace:
                raise Refused(
                    _(
                        "There is data here already. With --replace it is kept as a"
                        " backup of its own first, and then replaced."
                    )
                )
            now = f"{timezone.localtime():%Y%m%d%H%M%S}"
            kept = settings.DATA_DIR / f"before-restore-{now}.ibasho"
            back_up(kept, passphrase=passphrase)
        databases.load(here / DATABASE)
        for name, folder in folders().items():
            _swap(here / name, folder)
        _put_back_anchors(here / ANCHORS)
    call_command("migrate", verbosity=0, interactive=False)
    Session.objects.all().delete()
    freshness.bump()
    record_event(
        "portal.backup.restored",
        action=AuditEvent.Action.IMPORT,
        made_at=manifest.made_at,
    )
    return manifest


def _unpack(source: Path, passphrase: str, here: Path) -> Manifest:
    """The whole archive in a folder of its own, read to its end; Refused if broken."""
    try:
        with source.open("rb") as file:
            opening = Opening(file, passphrase)
            with tarfile.open(fileobj=opening, mode="r|gz") as tar:
                tar.extractall(here, filter="data")
            opening.finish()
        return Manifest(**json.loads((here / MANIFEST).read_text()))
    except FileNotFoundError:
        raise Refused(_("There is no such file.")) from None
    except (Broken, tarfile.TarError, ValueError, TypeError, EOFError):
        raise Refused(
            _(
                "This is no backup of this portal, it is damaged or cut short, or it"
                " was made with another passphrase. Nothing was changed."
            )
        ) from None


def _refuse_newer(manifest: Manifest) -> None:
    """A backup from a newer version of the portal cannot be understood here."""
    from django.db.migrations.loader import MigrationLoader

    known = set(MigrationLoader(None).disk_migrations)
    if any(each not in known for each in manifest.migrations.items()):
        raise Refused(
            _(
                "This backup was made by a newer version of the portal. Install that"
                " version first."
            )
        )


def _is_in_use() -> bool:
    tables = connection.introspection.table_names()
    return User._meta.db_table in tables and User.objects.exists()


def _swap(new: Path, folder: Path) -> None:
    """Put unpacked files in the place of what is there."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.mkdir(exist_ok=True)
    shutil.move(new, folder)
    folder.chmod(0o700)
    shutil.rmtree(old, ignore_errors=True)


def _put_back_anchors(found: Path) -> None:
    """The anchors of the archive; those of what was replaced stay beside them."""
    anchors = Path(settings.AUDIT_ANCHOR_FILE)
    if anchors.exists():
        now = f"{timezone.localtime():%Y%m%d%H%M%S}"
        anchors.rename(anchors.with_name(f"{anchors.name}.before-restore-{now}"))
    if found.exists():
        shutil.move(found, anchors)


def _uploaded() -> Iterator[tuple[str, Path]]:
    for name, folder in folders().items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{name}/{path.relative_to(folder)}", path


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _add(tar: tarfile.TarFile, name: str, path: Path) -> None:
    """A file as it is now; one that was deleted meanwhile was to be."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    _put(tar, name, content)


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that nobody else reads, on the disk of the data; gone afterwards."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as here:
        yield Path(here)


@contextmanager
def _new_file(target: Path, partial: Path):
    """The file under a name of its own until it is whole; for its owner alone."""
    if target.exists():
        raise FileExistsError
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
