"""Serve the portal: the web server and the worker, until told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from portal import service_lock

WORKER = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
WEB = [sys.executable, "-m", "portal.web"]


@contextmanager
def in_service() -> Iterator[int]:
    """The data directory for those who serve it, or a refusal in words."""
    try:
        with service_lock.serving() as handle:
            yield handle
    except service_lock.Taken:
        raise CommandError(
            _("The data is being restored. Start the portal afterwards.")
        ) from None
    except service_lock.Unfinished:
        raise CommandError(
            _("A restore was interrupted. Run bin/manage restore once more.")
        ) from None


class Command(BaseCommand):
    """Keep the web server and the worker running; start again whichever dies."""

    help = "Serve the portal until Ctrl-C."

    def handle(self, **options):
        with in_service() as self.lock:
            self.serve()

    def open(self) -> None:
        """Look at the database before it is served; the connection stays open.

        SQLite's log takes room to begin with: as long as somebody has it open, those
        who come later need none, be the disk as full as it may.
        """
        try:
            connection.ensure_connection()
            self.check(databases=["default"])
        except DatabaseError as error:
            raise CommandError(
                _(
                    "The database cannot be opened (%(what)s). The disk may be full:"
                    " make room and start again."
                )
                % {"what": error}
            ) from None

    def serve(self) -> None:
        self.open()
        self.is_over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_said: self.is_over.set())
        children = {name: self.start(name) for name in ("web", "worker")}
        threading.Thread(target=self.announce, daemon=True).start()
        while not self.is_over.wait(0.3):
            for name, child in children.items():
                if child.poll() is not None and not self.is_over.is_set():
                    self.stderr.write(f"{name} が止まったため、起動し直します。")
                    time.sleep(0.5)
                    children[name] = self.start(name)
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self, name: str) -> subprocess.Popen:
        command = {"web": WEB, "worker": WORKER}[name]
        return subprocess.Popen(  # noqa: S603  our own two programs
            command,
            cwd=settings.BASE_DIR,
            start_new_session=True,
            pass_fds=[self.lock],  # a child that outlives this one serves on
        )

    def announce(self) -> None:
        """Print the address, then ``Ready`` as soon as ``/readyz`` answers 200."""
        host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
        near = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        self.stdout.write(f"{settings.PUBLIC_URL}/")
        while not self.is_over.wait(0.3):
            try:
                urllib.request.urlopen(f"http://{near}:{port}/readyz", timeout=5)
            except (urllib.error.URLError, OSError):
                continue
            self.stdout.write("Ready")
            self.stdout.flush()
            return
