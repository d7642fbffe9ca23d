"""The literal address that a connection was to go to: of an isolated command, or as the redirect announced it."""

import socket
import subprocess
import sys

import pytest
from namespaces import need_namespaces

from recproxy.orchestrator.isolation import Isolation
from recproxy.orchestrator.reached_address import ReachedAddresses

CONNECT = "import socket, sys; [socket.create_connection((host, 443), 5) for host in sys.argv[1:]]"


def test_a_literal_address_is_told_and_those_of_names_are_not():
    need_namespaces()
    isolation = Isolation()
    isolation.ready()
    hosts = {"203.0.113.9": "203.0.113.9", "2001:db8::9": "2001:db8::9", "192.0.2.1": None, "127.0.0.1": None}
    listeners = isolation.listen(("tcp", "0.0.0.0", 443), ("tcp", "::", 443))

    subprocess.run([*isolation.prefix, "-1", sys.executable, "-c", CONNECT, *hosts], check=True)

    for host, wanted in hosts.items():
        accepted, _ = listeners[":" in host].accept()
        with accepted:
            assert ReachedAddresses().of(accepted) == wanted
    for listener in listeners:
        listener.close()
    isolation.close()


@pytest.mark.parametrize("closed", [True, False])
def test_outside_nothing_is_told(closed):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        accepted, _ = server.accept()
        if closed:
            accepted.close()
        assert ReachedAddresses().of(accepted) is None
        accepted.close()


def test_an_announcement_holds_for_one_connection_from_its_port():
    reached = ReachedAddresses()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        before = reached.announced(accepted)
        reached.announce("127.0.0.1", client.getsockname()[1], "127.0.0.1", 8080)
        first, again = reached.announced(accepted), reached.announced(accepted)
        accepted.close()

    assert (before, first, again) == (("", 0), ("127.0.0.1", 8080), ("", 0))


def test_announcements_of_connections_that_never_came_give_way_to_new_ones():
    reached = ReachedAddresses()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        reached.announce("127.0.0.1", client.getsockname()[1], "203.0.113.9")
        for port in range(1, 4097):
            reached.announce("127.0.0.1", -port, "203.0.113.7")
        assert reached.announced(accepted) == ("", 0)
        accepted.close()
        assert reached.announced(accepted) == ("", 0)


def test_what_no_host_is_called_is_not_remembered():
    reached = ReachedAddresses()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        reached.announce("127.0.0.1", client.getsockname()[1], "a" * 256)
        assert reached.announced(accepted) == ("", 0)
        reached.announce("127.0.0.1", client.getsockname()[1], "a" * 255)
        assert reached.announced(accepted) == ("a" * 255, 0)
        accepted.close()
