"""A real scanner of viruses for tests, with one signature: the harmless test virus."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.exchange.files import EICAR

CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
SETTINGS = """
Foreground yes
LocalSocket {folder}/socket
DatabaseDirectory {folder}/signatures
StreamMaxLength 1M
FixStaleSocket yes
ConcurrentDatabaseReload no
MaxThreads 2
"""


class Scanner:
    """A clamd of our own, whose only signature is the harmless test virus."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "signatures").mkdir()
        (folder / "signatures/test.ndb").write_text(f"Eicar:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(SETTINGS.format(folder=folder))
        self.url = f"unix://{folder}/socket"
        self.start()

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        command = [CLAMD, "-c", str(self.folder / "clamd.conf")]
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(f"{self.folder}/socket") == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError((self.folder / "log").read_text())

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@pytest.fixture(scope="session")
def clamd(tmp_path_factory):
    """A scanner that really runs; bin/setup --test installs the program."""
    scanner = Scanner(tmp_path_factory.mktemp("clamd"))
    yield scanner
    scanner.stop()


@pytest.fixture
def scanner(clamd, settings):
    settings.CLAMD_URL = clamd.url
    return clamd
