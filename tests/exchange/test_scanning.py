"""The scanner of viruses, a real clamd: found, clean, too long, hanging, gone (E34)."""

import os
import signal
import socket
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from exchange import scanning
from exchange.scanning import ScannerDown, Verdict, scan
from portal.settings.environment import scanner_url
from tests.exchange.files import EICAR, pdf


def test_the_test_virus_is_found_and_a_paper_is_clean(scanner):
    assert scan(EICAR) is Verdict.INFECTED
    assert scan(pdf()) is Verdict.CLEAN


def test_a_file_longer_than_the_scanner_takes_is_not_called_clean(scanner):
    assert scan(b"x" * 3 * 1024 * 1024) is Verdict.UNREADABLE


def test_a_scanner_that_hangs_is_down_and_is_asked_again_when_it_is_back(
    scanner, monkeypatch
):
    monkeypatch.setattr(scanning, "SECONDS", 1)
    os.kill(scanner.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(ScannerDown):
            scan(pdf())
    finally:
        os.kill(scanner.process.pid, signal.SIGCONT)
    assert scan(pdf()) is Verdict.CLEAN


def test_a_scanner_that_is_gone_is_down(settings, tmp_path):
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"
    with pytest.raises(ScannerDown):
        scan(pdf())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.CLAMD_URL = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(ScannerDown):
        scan(pdf())


def test_a_scanner_that_hangs_up_without_a_word_is_down(settings, tmp_path):
    """As clamd does while it is being stopped."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def hang_up():
            for _call in range(2):
                server.accept()[0].close()

        silent = threading.Thread(target=hang_up, daemon=True)
        silent.start()
        with pytest.raises(ScannerDown):
            scan(pdf())


@pytest.mark.parametrize("url", ["http://a", "unix:relative", "tcp://", "/run/clamd"])
def test_an_address_where_nobody_could_be_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured):
        scanner_url(url)
