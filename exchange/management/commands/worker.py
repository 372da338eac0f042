"""bin/manage worker: does what waits in the outbox, until it is told to stop."""

import logging
import os
import signal
import socket
import threading
import time
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)
from django.utils import timezone

from exchange.handlers import long_tasks, periodic_tasks
from exchange.models import WorkerBeat
from exchange.services import place_of, run_due

logger = logging.getLogger(__name__)

PAUSE = 1
BEAT = 5
ASIDE = 2
STUCK = 150
FORGOTTEN = timedelta(days=1)


class Command(BaseCommand):
    """Looks for due items every second; shows every few seconds that it is alive."""

    help = "Do what waits in the outbox and what is due every so often."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Do what is due now, then stop."
        )

    def handle(self, *, once: bool, **options) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:80]
        self.stop = threading.Event()
        self.progress = time.monotonic()
        self.next_run = {task: 0.0 for _seconds, task in periodic_tasks()}
        if once:
            self.beat()
            self.run_tasks()
            while run_due(50):
                pass
            self.run_long_tasks()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        heart = threading.Thread(target=self.keep_beating, daemon=True)
        heart.start()
        hands = threading.Thread(target=self.work_aside, daemon=True)
        hands.start()
        while not self.stop.is_set():
            self.progress = time.monotonic()
            if not self.step():
                self.stop.wait(PAUSE)
        heart.join(timeout=BEAT)
        hands.join(timeout=BEAT)

    def step(self) -> bool:
        """One round; True if something was done and more may wait.

        One item at a time, so that SIGTERM waits for one handler at most.
        """
        try:
            self.run_tasks()
            return bool(run_due(1))
        except (OperationalError, InterfaceError) as error:
            logger.error("Worker: %s", place_of(error))
            self.reconnect()
        except DatabaseError as error:
            logger.error("Worker: %s", place_of(error))
            self.stop.wait(PAUSE)
        return False

    def run_tasks(self) -> None:
        """Call the periodic tasks that are due; one that fails stops no other."""
        now = time.monotonic()
        for seconds, task in periodic_tasks():
            if self.next_run.get(task, 0.0) > now:
                continue
            self.next_run[task] = now + seconds
            try:
                task()
            except (OperationalError, InterfaceError):
                self.next_run[task] = 0.0
                raise
            except Exception as error:  # noqa: BLE001  the other tasks go on
                logger.error("Periodic task: %s", place_of(error))

    def work_aside(self) -> None:
        """What takes minutes, in a thread of its own: the outbox waits for none."""
        while not self.stop.is_set():
            self.run_long_tasks()
            close_old_connections()
            self.stop.wait(ASIDE)
        connection.close()

    def run_long_tasks(self) -> None:
        for task in long_tasks():
            try:
                task(self.stop.is_set)
            except Exception as error:  # noqa: BLE001  the other tasks go on
                logger.error("Long task: %s", place_of(error))

    def keep_beating(self) -> None:
        """Beat while the main loop moves: a worker that hangs must not look alive."""
        while not self.stop.is_set():
            if time.monotonic() - self.progress < STUCK:
                try:
                    self.beat()
                except DatabaseError as error:
                    logger.error("Worker's beat: %s", place_of(error))
                    close_old_connections()
            self.stop.wait(BEAT)
        connection.close()

    def beat(self) -> None:
        """Show that this worker is alive; forget those long silent."""
        now = timezone.now()
        WorkerBeat.objects.update_or_create(name=self.name, defaults={"at": now})
        WorkerBeat.objects.filter(at__lt=now - FORGOTTEN).delete()

    def reconnect(self) -> None:
        """Throw the broken connection away; the next query opens a new one."""
        connection.close()
        self.stop.wait(2 * PAUSE)
