"""Where private files lie: in a folder that no address serves, under opaque names."""

import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

PART = ".part"
PIECE = 1 << 20


class PrivateStorage(FileSystemStorage):
    """Files that are on the disk for good before anybody is told their name.

    Written aside, flushed to the disk, then renamed; the folder is flushed too. A row
    that names a file is committed afterwards, so no row points to a file that a power
    cut took. There is no address: a file leaves through a view that asks who it is for.
    """

    def __init__(self, folder: str = ""):
        self.folder = folder
        super().__init__(base_url=None)

    @property
    def base_location(self) -> Path:
        return Path(settings.PRIVATE_ROOT) / self.folder

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def deconstruct(self):
        return "exchange.storage.PrivateStorage", [self.folder], {}

    def url(self, name):
        raise ValueError("Private files have no address.")

    def put(self, content: bytes) -> str:
        """Store *content* under a new name that tells nothing; return the name."""
        return self.put_file(io.BytesIO(content))

    def put_file(self, content: IO[bytes]) -> str:
        """The same for an open file, piece by piece."""
        token = secrets.token_hex(20)
        name = f"{token[:2]}/{token}"
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=PART, dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(content, file, PIECE)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        for folder in (target.parent, target.parent.parent):
            _flush(folder)
        return name

    def read(self, name: str) -> bytes:
        return Path(self.path(name)).read_bytes()

    def older_than(self, age: timedelta) -> Iterator[str]:
        """The names of files, and of unfinished ones, that were written before."""
        root, limit = Path(self.location), timezone.now() - age
        for path in root.glob("*/*"):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, tz=limit.tzinfo)
            except FileNotFoundError:
                continue
            if written < limit:
                yield str(path.relative_to(root))


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
