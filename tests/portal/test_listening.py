"""Where the portal is to answer somebody else may answer already."""

import socket
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.management.commands.serve import Command


@contextmanager
def listening(*options):
    """Something of this machine that listens; its port."""
    with socket.socket() as taken:
        for option in options:
            taken.setsockopt(socket.SOL_SOCKET, option, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def at(monkeypatch):
    """Look at a port as ``serve`` does before it starts; what it warns of."""

    def look(port, **environment) -> str:
        for name, value in {"HOST": "127.0.0.1", "PORT": port, **environment}.items():
            monkeypatch.setenv(name, str(value))
        said = StringIO()
        Command(stderr=said).look_at_port()
        return said.getvalue()

    return look


def test_another_program_there_is_told_of_and_nothing_is_started(monkeypatch):
    monkeypatch.setattr(Command, "serve", lambda _self: pytest.fail("It was started."))
    with listening() as port:
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(CommandError, match=f"{port}.*ほかのもの.*PORT=8001"):
            call_command("serve")


def test_nothing_is_said_where_the_place_is_free(at):
    with listening() as port:
        pass
    assert at(port) == ""


def test_another_portal_there_is_warned_of_as_both_would_answer(at):
    with listening(socket.SO_REUSEPORT) as port:
        assert str(port) in at(port)
        with pytest.raises(CommandError):  # that server shares its place with nobody
            at(port, WEB_SERVER="waitress")


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", "abc"), ("192.0.2.1", "8000")]
)
def test_a_place_that_this_machine_does_not_have_is_refused(at, host, port):
    with pytest.raises(CommandError, match="PORT=8001"):
        at(port, HOST=host)
