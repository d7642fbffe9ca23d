"""Connections that only isolation has caught: where they were to go, and which program made them."""

import contextlib
import os
import socket
import sys
from pathlib import Path

import pytest

from recproxy.orchestrator.caught_connections import CaughtConnections, program_of

TABLES = ("/proc/self/net/tcp", "/proc/self/net/tcp6")


@pytest.fixture
def connection():
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        accepted = stack.enter_context(listener.accept()[0])
        yield client, accepted


class Lane:
    def __init__(self):
        self.asked = []

    def hand_over(self, sock, host, *, authority):
        self.asked.append((host, authority))

    def tunnel(self, sock, host, port, greeting):
        self.asked.append((host, port))

    def refused(self, what, host):
        return f"{what} {host} refused"

    def owns(self, host):
        return host == "owned.example"


def test_where_a_connection_was_to_go_is_counted_and_it_goes_there(connection):
    lane, caught = Lane(), CaughtConnections(())
    router = caught.router(lane, connection[1])
    port = connection[1].getsockname()[1]

    router.hand_over(connection[1], "owned.example", authority="owned.example:443")
    router.tunnel(connection[1], "passed.example", 443, b"")
    assert router.refused("TLS", "") == "TLS  refused"
    assert router.owns("owned.example")

    assert lane.asked == [("owned.example", "owned.example:443"), ("passed.example", 443)]
    assert caught.counts == {
        (f"owned.example:{port}", ""): 1, (f"passed.example:{port}", ""): 1, (f"an address:{port}", ""): 1,
    }  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs /proc")
def test_the_program_is_told_without_its_arguments(connection):
    client, accepted = connection
    program = program_of(TABLES, client.getsockname()[1], accepted.getsockname()[1])
    words = Path(f"/proc/{os.getpid()}/cmdline").read_text().split("\0")

    assert program.split(" ")[0] == Path(words[0]).name
    assert all(word in Path(words[1]).name for word in program.split(" ")[1:])


def test_nothing_is_told_of_a_connection_that_nobody_has():
    assert program_of(TABLES, 1, 2) == program_of(("/proc/0/net/tcp",), 1, 2) == ""
    assert sys.platform  # also where there is no /proc
