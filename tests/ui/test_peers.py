"""Whose program is at the other end of a connection."""

import os
import socket
import sys
from pathlib import Path

import pytest

from recproxy.ui.peers import is_other_user


@pytest.fixture
def ports():
    """Those of a connection on loopback: of the one that connected, and of the one that listened."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0],
    ):
        yield client.getsockname()[1], server.getsockname()[1]


def test_a_connection_of_ours_is_not_another_users(ports):
    assert not is_other_user(*ports)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no table of connections to read")
def test_a_connection_of_another_user_is_told(ports, monkeypatch):
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)

    assert is_other_user(*ports)
    assert not is_other_user(ports[0], 1)


def test_where_the_system_does_not_say_nobody_is_another_user(ports):
    assert not is_other_user(*ports, Path("/nowhere"))
