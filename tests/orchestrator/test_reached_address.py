"""The address that an isolated command connected to."""

import socket
import subprocess
import sys

import pytest
from namespaces import need_namespaces

from recproxy.orchestrator.isolation import Isolation
from recproxy.orchestrator.reached_address import reached_address

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
            assert reached_address(accepted) == wanted
    for listener in listeners:
        listener.close()
    isolation.close()


@pytest.mark.parametrize("closed", [True, False])
def test_outside_nothing_is_told(closed):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        accepted, _ = server.accept()
        if closed:
            accepted.close()
        assert reached_address(accepted) is None
        accepted.close()
