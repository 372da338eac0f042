"""How every process learns that something the public sees has changed.

One small file in DATA_DIR grows by a byte with each committed change: its size is the
same for all processes, costs one ``os.stat`` to ask, and never goes back. What a
process keeps of the public content, it keeps for one such generation.

Who writes is found at the lowest place there is: a statement that writes a public
table counts, whether it came from an editor, the worker, ``update()`` or an import.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model
from django.db.models.base import ModelState
from wagtail.models.sites import (
    SITE_ROOT_PATHS_CACHE_KEY,
    SITE_ROOT_PATHS_CACHE_VERSION,
)

FILE = "public-generation"
WRITES = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?'
    r"((?:home|programs|wagtailcore|wagtailimages|wagtaildocs|wagtailredirects"
    r"|portal_forms_form|staff_operator|staff_unit)\w*)",
    re.IGNORECASE,
)
NOT_SHOWN = re.compile(
    r"wagtailcore_(?:revision|referenceindex|\w*log|comment|task|workflow|uploaded"
    r"|pagesubscription|group)|home_pageopinion|home_approval"
)
MOST_VALUES = 2000
LONGEST = 60  # seconds: the bound for a change that nobody could report

Generation = tuple[int, int, int]


def generation() -> Generation | None:
    """What stands for the public content as last committed; None if nobody can say."""
    try:
        found = os.stat(f"{settings.DATA_DIR}/{FILE}")
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def begin() -> None:
    """Make the file where there is none yet."""
    if generation() is None:
        bump()


def bump() -> None:
    """Begin a new generation, for every process on this machine."""
    path = settings.DATA_DIR / FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return  # nowhere to write: nothing is kept either, or for a minute at most
    try:
        os.write(handle, b".")
    except OSError:
        os.utime(path)  # a full disk still takes a new time
    finally:
        os.close(handle)


def changed(using: str = DEFAULT_DB_ALIAS) -> None:
    """Something public was written: count it when, and only when, it is committed."""
    connection = connections[using]
    connection.wrote_public_content = connection.in_atomic_block
    pending = connection.run_on_commit
    if pending and pending[-1][:2] == (set(connection.savepoint_ids), bump):
        return
    if not (connection.in_atomic_block or connection.get_autocommit()):
        bump()  # transactions kept by hand tell nobody when they are through
        return
    transaction.on_commit(bump, using=using)


def on_public_content_changed(sender, **kwargs) -> None:
    changed()


def watch(sender, connection, **kwargs) -> None:
    """Let a fresh connection report the public tables it writes."""
    if not any(isinstance(w, Watcher) for w in connection.execute_wrappers):
        connection.execute_wrappers.append(Watcher())


class Watcher:
    """Sees each statement of a connection; reports those that write a public table."""

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not self.ignores(sql):
            changed(context["connection"].alias)
        return result

    def ignores(self, sql: Any) -> bool:
        """Whether a statement is none that it reports."""
        return not is_public_write(sql)


def is_public_write(sql: Any) -> bool:
    """Whether a statement changes something that pages show."""
    return isinstance(sql, str) and _writes_public(sql)


@lru_cache(maxsize=512)
def _writes_public(sql: str) -> bool:
    match = WRITES.match(sql)
    return match is not None and not NOT_SHOWN.match(match[1])


def is_in_doubt(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether this connection sees public content that is not committed yet."""
    connection = connections[using]
    if not connection.in_atomic_block:
        connection.wrote_public_content = False
    return getattr(connection, "wrote_public_content", False)


class Memory:
    """What this process keeps of one generation, such as the menu, for a minute.

    The minute is for a change made on another machine, whose file this one cannot see.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.generation: Generation | None = None
        self.values: dict[Any, Any] = {}
        self.until = 0.0

    def of(self, now: Generation) -> dict[Any, Any]:
        """The values of this generation; those of another one are dropped.

        Whoever began under the old one still holds its dictionary, and stores there
        what nobody will read.
        """
        with self.lock:
            if now != self.generation or time.monotonic() > self.until:
                self.generation, self.values = now, {}
                self.until = time.monotonic() + LONGEST
                # Wagtail keeps this for an hour, and only its own process forgets it.
                cache.delete(
                    SITE_ROOT_PATHS_CACHE_KEY, version=SITE_ROOT_PATHS_CACHE_VERSION
                )
            return self.values

    def left(self) -> float:
        """The seconds that what is remembered now may still be: bounds what is made."""
        left = self.until - time.monotonic()
        return left if left > 0 else LONGEST


memory = Memory()


def remembered(key: Any, make: Callable[[], Any]) -> Any:
    """The value of *key* in this generation, made once a process.

    Only for what depends on public content alone: never on who asks or on the time.
    """
    now = None if is_in_doubt() else generation()
    if now is None:
        return make()
    values = memory.of(now)
    if key in values:
        return values[key]
    value = make()
    if len(values) < MOST_VALUES:
        values[key] = value
    return value


def own_copy(row: Model) -> Model:
    """A remembered row for one request, which may change it; ``copy`` takes longer."""
    found = type(row).__new__(type(row))
    found.__dict__.update(row.__dict__)
    found._state = ModelState()
    found._state.db, found._state.adding = row._state.db, row._state.adding
    found._state.fields_cache = row._state.fields_cache.copy()
    return found
