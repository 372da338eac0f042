"""The web server: granian, or waitress where WEB_SERVER says so."""

import ctypes
import gc
import os
import signal
from contextlib import suppress

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
PROXY = os.environ.get("BEHIND_PROXY", "")
PR_SET_PDEATHSIG = 1


def load():
    """The application, in a worker that does not outlive the server.

    A worker left behind by a killed server would hold the port.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        raise SystemExit("The server is gone.")
    from portal.front import application

    # What stands for good is not looked through again and again for what may go.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # Who wakes up pushes nobody off the core, least of all whoever has the turn to
    # write, for whom all others wait.
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    return application


def processes() -> int:
    """One more than cores, as one waits for the disk or for its turn to write."""
    return int(os.environ.get("WEB_WORKERS") or min(4, (os.cpu_count() or 1) + 1))


def serve_by_granian() -> None:
    """Headers must come within ten seconds; bodies may take their time in a thread."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    Granian(
        "portal.web:load",
        factory=True,
        address=HOST,
        port=PORT,
        interface=Interfaces.WSGI,
        workers=processes(),
        blocking_threads=512,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_level="error",
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
    ).serve()


def serve_by_waitress() -> None:
    """One process in plain Python; it gathers bodies before a thread is lent."""
    import waitress

    from portal.wsgi import application

    trusted = (
        {
            "trusted_proxy": PROXY,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
            "clear_untrusted_proxy_headers": True,
        }
        if PROXY
        else {}
    )
    waitress.serve(
        application,
        host=HOST,
        port=PORT,
        threads=int(os.environ.get("WEB_THREADS", "8")),
        connection_limit=1000,
        max_request_body_size=48 * 1024 * 1024,
        channel_timeout=60,
        ident=None,
        **trusted,
    )


SERVERS = {"granian": serve_by_granian, "waitress": serve_by_waitress}


if __name__ == "__main__":
    SERVERS[os.environ.get("WEB_SERVER", "granian")]()
