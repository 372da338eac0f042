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
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from forms.models.export import kept_exports
from home import freshness
from portal import service_lock
from portal.backup import databases
from portal.backup.seal import Broken, Opening, Sealing
from staff.models import AuditEvent, User
from staff.services import record_event

MANIFEST, DATABASE, ANCHORS = "manifest.json", "database", "anchors.jsonl"
FOLDER, A_DAY = ".backup-", 24 * 60 * 60


class Refused(Exception):
    """Nothing was changed; the text says why and what to do."""


@dataclass
class Manifest:
    """What stands in an archive: of when, of which kind of database, how many."""

    made_at: str
    vendor: str
    migrations: dict[str, str]
    files: int
    secret: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def folders() -> dict[str, Path]:
    """What was uploaded, by the name that it has in an archive."""
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def secret_mark() -> str:
    """What says that two portals have one secret, and nothing about it."""
    return salted_hmac("portal.backup", "", algorithm="sha256").hexdigest()[:16]


def newest_migrations() -> dict[str, str]:
    """The last migration of each app that this database has seen."""
    rows = MigrationRecorder.Migration.objects.order_by("app", "name")
    return dict(rows.values_list("app", "name"))


def back_up(target: Path, *, passphrase: str = "", tell: bool = True) -> Manifest:
    """Write an archive to a file that is not there yet; others go on working.

    The database comes before the uploads: whatever is acknowledged before it is in the
    archive, with its files. The anchors of the audit come before both: they hold for
    every later state. FileExistsError, OSError, databases.Failed.
    """
    if tell:
        record_event("portal.backup.made", action=AuditEvent.Action.EXPORT)
    anchors = Path(settings.AUDIT_ANCHOR_FILE)
    known = anchors.read_bytes() if anchors.exists() else b""
    with _private_folder() as here, _new_file(target) as file:
        databases.save(here / DATABASE)
        uploaded = list(_uploaded())
        manifest = Manifest(
            made_at=timezone.now().isoformat(),
            vendor=connection.vendor,
            migrations=newest_migrations(),
            files=len(uploaded),
            secret=secret_mark(),
        )
        sealing = Sealing(file, passphrase)
        with tarfile.open(fileobj=sealing, mode="w|gz", dereference=True) as tar:
            _put(tar, MANIFEST, json.dumps(vars(manifest)).encode())
            tar.add(here / DATABASE, DATABASE)
            _put(tar, ANCHORS, known)
            for name, path in uploaded:
                with suppress(FileNotFoundError):  # deleted meanwhile, as it was to be
                    tar.add(path, name, recursive=False)
        sealing.finish()
    return manifest


def restore(source: Path, *, passphrase: str = "", replace: bool = False) -> Manifest:
    """Bring the portal to what an archive holds. Refused before anything is touched.

    A portal that holds something is replaced only where that was said; what it held is
    kept: as an archive of its own under the same passphrase, and its uploads aside.
    Whatever interrupts it, the portal is not served until a restore came to its end.
    """
    now = f"{timezone.localtime():%Y%m%d%H%M%S}"
    with _private_folder() as here:
        manifest = _unpack(source, passphrase, here)
        if manifest.vendor != connection.vendor:
            raise Refused(
                _("This backup is of %(one)s, and this portal runs on %(other)s.")
                % {"one": manifest.vendor, "other": connection.vendor}
            )
        _refuse_newer(manifest)
        if not service_lock.mark().exists() and _is_in_use():
            if not replace:
                raise Refused(
                    _(
                        "There is data here already. With --replace it is kept as a"
                        " backup of its own first, and then replaced."
                    )
                )
            _keep(settings.DATA_DIR / f"before-restore-{now}.ibasho", passphrase)
        with service_lock.half_way() as given_up:
            try:
                databases.load(here / DATABASE)
            except BaseException:
                given_up()  # all or nothing: it is as it was
                raise
            for name, folder in folders().items():
                _swap(here / name, folder, now)
            _put_back_anchors(here / ANCHORS, now)
            call_command("migrate", verbosity=0, interactive=False)
            Session.objects.all().delete()
            record_event(
                "portal.backup.restored",
                action=AuditEvent.Action.IMPORT,
                made_at=manifest.made_at,
            )
    freshness.bump()
    return manifest


def _keep(target: Path, passphrase: str) -> None:
    """An archive of what is about to be replaced; what cannot be read, as it lies."""
    try:
        back_up(target, passphrase=passphrase, tell=False)
    except (DatabaseError, databases.Failed):
        if connection.vendor != "sqlite":
            raise
        connection.close()
        damaged = Path(connection.settings_dict["NAME"])
        # The next file must not take up its journal.
        for ending in ("", "-journal", "-wal", "-shm"):
            file = damaged.with_name(damaged.name + ending)
            if file.exists():
                file.rename(target.with_name(f"{target.stem}.damaged{ending}"))


def _unpack(source: Path, passphrase: str, here: Path) -> Manifest:
    """The whole archive in a folder of its own, read to its end; Refused if broken."""
    if not source.is_file():
        raise Refused(_("There is no such file."))
    try:
        with source.open("rb") as file:
            opening = Opening(file, passphrase)
            with tarfile.open(fileobj=opening, mode="r|gz") as tar:
                for entry in tar:
                    _take_out(tar, entry, here)
            opening.finish()
        return Manifest(**json.loads((here / MANIFEST).read_text()))
    except (Broken, tarfile.TarError, ValueError, TypeError, EOFError, KeyError):
        raise Refused(
            _(
                "This is no backup of this portal, it is damaged or cut short, or it"
                " was made with another passphrase. Nothing was changed."
            )
        ) from None


def _take_out(tar: tarfile.TarFile, entry: tarfile.TarInfo, here: Path) -> None:
    """One new file below the folder, and nowhere else; Broken for anything else.

    Python 3.11 of Debian 12 knows no filters for this yet.
    """
    path = (here / entry.name).resolve()
    content = tar.extractfile(entry) if entry.isreg() else None
    if content is None or here.resolve() not in path.parents or path.exists():
        raise Broken
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content, open(path, "xb", opener=_for_owner_alone) as file:
        shutil.copyfileobj(content, file)


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


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
    """Whether there is anything that a restore would take away, readable or not."""
    if any(True for _file in _uploaded()):
        return True
    try:
        tables = connection.introspection.table_names()
        return User._meta.db_table in tables and User.objects.exists()
    except DatabaseError:
        return True


def _swap(new: Path, folder: Path, now: str) -> None:
    """Put unpacked files in the place of what is there, which is kept beside it.

    The folder itself stays: it may be a link, or a disk of its own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = list(folder.iterdir())
    if old:
        aside = folder.resolve().with_name(f"{folder.name}.before-restore-{now}")
        aside.mkdir(mode=0o700)
        for each in old:
            shutil.move(each, aside)
    for each in new.iterdir() if new.exists() else ():
        shutil.move(each, folder)


def _put_back_anchors(found: Path, now: str) -> None:
    """The anchors of the archive; those of what was replaced stay beside them."""
    anchors = Path(settings.AUDIT_ANCHOR_FILE)
    if anchors.exists():
        anchors.rename(anchors.with_name(f"{anchors.name}.before-restore-{now}"))
    if found.stat().st_size:
        shutil.move(found, anchors)


def _uploaded() -> Iterator[tuple[str, Path]]:
    """The files that are kept for good: exports live a day, and no longer in here."""
    passing = Path(kept_exports.location)
    for name, folder in folders().items():
        for path in sorted(folder.rglob("*")):
            is_kept = path.is_file() and not path.is_symlink()
            if is_kept and passing not in path.parents:
                yield f"{name}/{path.relative_to(folder)}", path


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that nobody else reads, on the disk of the data; gone afterwards.

    What a run left that was killed a day ago goes too: it holds what others erased.
    """
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in settings.DATA_DIR.glob(f"{FOLDER}*"):
        if left.stat().st_mtime < time.time() - A_DAY:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=FOLDER) as here:
        yield Path(here)


@contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, which has its name only once it is whole."""
    if target.exists():
        raise FileExistsError
    handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, target)  # never over a file that came meanwhile
    finally:
        os.unlink(partial)
