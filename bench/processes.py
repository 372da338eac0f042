"""Processes to measure: how they are started, and how much CPU time they take."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(words, **more) -> None:
    """Run a command to its end, quietly; show what it said if it fails."""
    done = subprocess.run(words, capture_output=True, text=True, **more)  # noqa: S603
    if done.returncode:
        sys.exit(f"{words} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


@dataclass
class Target:
    """A server under measurement and one of its addresses."""

    name: str
    words: list
    port: int
    path: str = "/"
    env: dict = field(default_factory=dict)
    cwd: Path = ROOT
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            self.words,
            cwd=self.cwd,
            env=os.environ | self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _try in range(600):
            try:
                self.read()
                return
            except OSError:
                time.sleep(0.2)
        sys.exit(f"{self.name} does not answer at {self.url}.")

    def read(self) -> bytes:
        with urllib.request.urlopen(self.url, timeout=60) as answer:  # noqa: S310
            return answer.read()

    def stop(self) -> None:
        if self.process:
            # All of it: npx, for one, ends without what it has started.
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=30)

    def also(self, name: str, path: str) -> "Target":
        """Another address of the same server."""
        return Target(name, self.words, self.port, path, process=self.process)


def family(pid: int) -> list[int]:
    """A process and all that came of it."""
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process tree."""
    total = 0
    for each in family(pid):
        words = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(words[11]) + int(words[12])
    return total / TICKS


@dataclass
class Rate:
    """What one target gave in one round."""

    a_second: float
    a_cpu_second: float


def rate_of(target: Target, seconds: float) -> Rate:
    """Let wrk ask for a while: answers a second, and a second of the server's CPU."""
    before = cpu_seconds(target.process.pid)
    words = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", target.url]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603
    spent = cpu_seconds(target.process.pid) - before
    if "Non-2xx" in said:
        sys.exit(f"{target.name} answers with errors.")
    count = int(re.search(r"(\d+) requests in", said)[1])
    a_second = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return Rate(a_second, count / max(spent, 1 / TICKS))
