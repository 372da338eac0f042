"""A handler of the outbox that keeps what it was called with."""

import pytest

from exchange import handlers


class Recorder:
    """A handler that keeps what it was called with, and fails while told to."""

    def __init__(self):
        self.calls, self.error = [], None

    def __call__(self, payload):
        self.calls.append(payload)
        if self.error:
            raise self.error


@pytest.fixture
def channel(monkeypatch):
    recorder = Recorder()
    monkeypatch.setitem(handlers._handlers, "test", recorder)
    return recorder
