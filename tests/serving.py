"""The real portal as a process of its own: for the browser and for killing.

It serves what ``bin/run`` serves (``manage.py prepare``, then ``manage.py serve``) from
a data directory of its own, so that neither a flush nor a rollback of the test's own
database is needed: the append-only tables refuse both.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import databases

ROOT = Path(__file__).resolve().parents[1]
PREPARED = "ibasho_prepared_"
PASSWORD = "はなのさくにわでまつ2026"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Portal:
    """A portal that can be started, stopped and killed; ``url`` is its address."""

    data_dir: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DATA_DIR", "SECRET_KEY")
        }
        return kept | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.base",
            "DATA_DIR": str(self.data_dir),
            "SECRET_KEY": (self.data_dir / "secret_key").read_text(),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "DEMO_PASSWORD": PASSWORD,
            "WEB_WORKERS": os.environ.get("WEB_WORKERS", "1"),
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
        }

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )

    def prepare(self) -> None:
        """An empty portal gets the seed and the demo."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        (self.data_dir / "secret_key").write_text(secrets.token_urlsafe(60))
        if not self.database_url:
            databases.begin_file(self.data_dir / "ibasho.sqlite3")
        self.manage("prepare")

    def start(self) -> None:
        """Start web and worker in a process group; return when ``/readyz`` is 200."""
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5)  # noqa: S310
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return
        raise TimeoutError((self.data_dir / "server.log").read_text()[-3000:])

    def pids(self) -> dict[str, int]:
        """The processes that serve: ``web`` and ``worker``, children of ours."""
        children = Path(
            f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        ).read_text()
        named = {}
        for pid in map(int, children.split()):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            named["web" if b"portal.web" in line else "worker"] = pid
        return named

    def kill(self, name: str) -> None:
        """``kill -9`` one of the two; ``serve`` starts it again."""
        pid = self.pids().get(name)
        if pid:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@contextmanager
def running_portal(data_dir: Path, shared: Path) -> Iterator[Portal]:
    """A prepared portal that is up: on SQLite, or beside the test's PostgreSQL."""
    with prepared_copy(data_dir, shared) as portal:
        portal.start()
        try:
            yield portal
        finally:
            portal.stop()


@contextmanager
def prepared_copy(data_dir: Path, shared: Path) -> Iterator[Portal]:
    """A portal with the seed and the demo, copied from the one made by this test run.

    To prepare one takes a minute; all workers of a run share the first one, which
    stands in *shared*.
    """
    server = os.environ.get("DATABASE_URL", "")
    server = server if server.startswith("postgres") else ""
    template = prepared_once(shared, server)
    shutil.copytree(template.data_dir, data_dir, dirs_exist_ok=True)
    if not server:
        yield Portal(data_dir)
        return
    name = f"portal_{secrets.token_hex(4)}"
    source = template.database_url.rsplit("/", 1)[1]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    try:
        yield Portal(data_dir, server.rsplit("/", 1)[0] + f"/{name}")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def emptied_copy(data_dir: Path, beside: Portal) -> Iterator[Portal]:
    """A portal with nothing in it, on a database of the kind that *beside* has."""
    data_dir.mkdir(parents=True)
    (data_dir / "secret_key").write_text(secrets.token_urlsafe(60))
    if not beside.database_url:
        yield Portal(data_dir)
        return
    server, name = (
        beside.database_url.rsplit("/", 1)[0],
        f"empty_{secrets.token_hex(4)}",
    )
    with psycopg.connect(beside.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield Portal(data_dir, f"{server}/{name}")
    finally:
        with psycopg.connect(beside.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def prepared_once(shared: Path, server: str) -> Portal:
    """The prepared portal of this run; whoever comes first makes it, the rest wait."""
    folder = shared / "prepared"
    folder.mkdir(exist_ok=True)
    run = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    name = f"{PREPARED}{run}"
    url = server.rsplit("/", 1)[0] + f"/{name}" if server else ""
    portal = Portal(folder / "data", url)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            if server:
                make_database(server, name)
            portal.prepare()
            (folder / "done").touch()
    return portal


def make_database(server: str, name: str) -> None:
    """A migrated database, if there is one to copy; what earlier runs left goes."""
    with psycopg.connect(server, autocommit=True) as connection:
        pattern = PREPARED.replace("_", r"\_") + "%"
        known = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        for (old,) in connection.execute(known, [pattern]).fetchall():
            connection.execute(f"DROP DATABASE IF EXISTS {old}")
        if not databases.create_migrated(connection, name):
            connection.execute(f"CREATE DATABASE {name}")
