"""Serve the portal: the web server and the worker, until told to stop."""

import errno
import os
import signal
import socket
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
from django.utils.translation import gettext_lazy

from portal import service_lock

WORKER = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
WEB = [sys.executable, "-m", "portal.web"]
REASONS = {
    errno.EADDRINUSE: gettext_lazy("something else listens there"),
    errno.EACCES: gettext_lazy("this account may not use it"),
    errno.EADDRNOTAVAIL: gettext_lazy("this machine has no such address"),
}


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


def place() -> tuple[str, str]:
    """Where the web server listens: host and port."""
    return os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")


def what_is_in_the_way(host: str, port: str, *, beside: bool) -> str:
    """Why no server could listen there, or nothing; *beside* others that share it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        kind, *_more, address = found[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if beside:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind(address)
    except OSError as error:
        return str(REASONS.get(error.errno) or error.strerror or error)
    return ""


class Command(BaseCommand):
    """Keep the web server and the worker running; start again whichever dies."""

    help = "Serve the portal until Ctrl-C."

    def handle(self, **options):
        self.look_at_port()
        with in_service() as self.lock:
            self.serve()

    def look_at_port(self) -> None:
        """Refuse a place where the web server could only die, again and again.

        granian shares its place: with another portal, the two answer by turns.
        """
        host, port = place()
        why = what_is_in_the_way(host, port, beside=False)
        if not why:
            return
        shares = os.environ.get("WEB_SERVER", "granian") == "granian"
        if not shares or what_is_in_the_way(host, port, beside=True):
            raise CommandError(
                _(
                    "The portal cannot listen at %(host)s, port %(port)s: %(why)s. Stop"
                    " what is there, or take another port, as in: PORT=8001 bin/run"
                )
                % {"host": host, "port": port, "why": why}
            )
        self.stderr.write(
            _(
                "Another portal answers at port %(port)s already; both answer by turns."
                " Stop one of them, unless you mean it."
            )
            % {"port": port}
        )

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
        host, port = place()
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
