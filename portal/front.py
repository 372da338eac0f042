"""What granian calls: takes a request in whole before Django sees anything of it.

Kept pages are answered here and now. For everything else granian lends one of very
many threads, which costs next to nothing while it waits: for a client that sends its
body a byte at a time, and then for one of the few chairs at which Django works. So a
few hundred slow clients hold up nobody, and databases see few connections. The work
stays in its thread: handing it to another one takes longer than a small page.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.cache import caches
from django.db import connections
from django.utils.translation import gettext as _

from portal.wsgi import application as portal_application

# Files may come in: forms pass over what is beyond their own limits and keep the rest.
MOST_BODY = 48 * 1024 * 1024
IN_MEMORY = 512 * 1024
PIECE = 64 * 1024
THREADS = 512
# Bodies that may be on their way at once; the other threads stay free for readers.
MOST_BODIES = 400
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_BY",
    "HTTP_FORWARDED",
)

Environ = dict[str, Any]


class Refused(Exception):
    """A request that is not taken in: the status, and what its sender is told."""


def too_large() -> Refused:
    return Refused(
        "413 Content Too Large",
        _(
            "What was sent is larger than 48 MB. Nothing of it was accepted. Please"
            " send smaller files."
        ),
    )


def too_many() -> Refused:
    return Refused(
        "503 Service Unavailable",
        _(
            "Very many people are sending just now. Nothing was accepted. Please wait a"
            " minute and send it again."
        ),
    )


class Chair:
    """A place to work at: its connections are those of whoever sits there."""

    def __init__(self) -> None:
        self.kept = [
            (handler, alias, handler.create_connection(alias))
            for handler in (connections, caches)
            for alias in handler
        ]
        for handler, _alias, connection in self.kept:
            if handler is connections:
                connection.inc_thread_sharing()  # one after the other, never two

    @contextmanager
    def taken(self) -> Iterator[None]:
        for handler, alias, connection in self.kept:
            handler[alias] = connection
        try:
            yield
        finally:
            for handler, alias, _connection in self.kept:
                del handler[alias]


class Front:
    """Bodies are read here, then Django works at its few chairs."""

    def __init__(self, application, chairs: int, proxy: str = "") -> None:
        self.application = application
        self.proxy = proxy
        self.chairs: SimpleQueue[Chair] = SimpleQueue()
        for _number in range(chairs):
            self.chairs.put(Chair())
        self.coming = threading.BoundedSemaphore(MOST_BODIES)

    def __call__(self, environ: Environ, start_response) -> Iterable[bytes]:
        self.read_origin(environ)
        kept = self.application.kept(environ)
        if kept is not None:
            return kept.answer(environ, start_response)
        try:
            body = self.take_in(environ)
        except Refused as why:
            status, words = why.args
            text = f"{words}\n".encode()
            headers = [("Content-Type", "text/plain; charset=utf-8")]
            start_response(status, [*headers, ("Content-Length", str(len(text)))])
            return [text]
        with body:
            environ["wsgi.input"] = body
            chair = self.chairs.get()
            try:
                with chair.taken():
                    return self.work(environ, start_response)
            finally:
                self.chairs.put(chair)

    def work(self, environ: Environ, start_response) -> Iterable[bytes]:
        """Django's answer; made and closed at the same chair unless it is a file."""
        response = self.application(environ, start_response)
        if getattr(response, "streaming", True):
            return response
        try:
            return [b"".join(response)]
        finally:
            close = getattr(response, "close", None)
            if close:
                close()

    def take_in(self, environ: Environ):
        """The whole body, up to the limit, wherever its client is slow."""
        body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed above
        length = environ.get("CONTENT_LENGTH") or "0"
        if length == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
            return body
        if length.isdigit() and int(length) > MOST_BODY:
            raise too_large()
        if not self.coming.acquire(blocking=False):
            raise too_many()
        try:
            while piece := environ["wsgi.input"].read(PIECE):
                body.write(piece)
                if body.tell() > MOST_BODY:
                    raise too_large()
        finally:
            self.coming.release()
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
        return body

    def read_origin(self, environ: Environ) -> None:
        """Who asks, and how: as the proxy says, and as nobody else may say."""
        said = {name: environ.pop(name, "") for name in FORWARDED}
        if not self.proxy or environ.get("REMOTE_ADDR") != self.proxy:
            return
        client = said["HTTP_X_FORWARDED_FOR"].rpartition(",")[2].strip()
        if client:
            environ["REMOTE_ADDR"] = client
        if said["HTTP_X_FORWARDED_PROTO"] in ("http", "https"):
            environ["HTTP_X_FORWARDED_PROTO"] = said["HTTP_X_FORWARDED_PROTO"]
            environ["wsgi.url_scheme"] = said["HTTP_X_FORWARDED_PROTO"]


application = Front(
    portal_application,
    chairs=int(os.environ.get("WEB_THREADS", "8")),
    proxy=os.environ.get("BEHIND_PROXY", ""),
)
