"""The network of an isolated command."""

import asyncio
import subprocess
import sys

import pytest
from deadlines import seconds
from namespaces import need_namespaces

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.environment import RunFiles
from recproxy.orchestrator.isolated_network import IsolatedNetwork


def test_names_resolve_and_a_listed_port_of_this_machine_answers(tmp_path):
    need_namespaces()
    program = """
import socket, sys
with socket.create_connection(("localhost", int(sys.argv[1])), 10) as database:
    print(socket.gethostbyname("api.shop.example"), database.recv(100).decode())
"""

    async def ran():
        async def database(reader, writer):
            writer.write(b"rows")
            writer.close()

        server = await asyncio.start_server(database, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        network = IsolatedNetwork()
        network.set_up(RunFiles(tmp_path, b"roots"), [port], asyncio.get_running_loop())
        command = subprocess.Popen(
            [*network.prefix, "-1", sys.executable, "-c", program, port], stdout=subprocess.PIPE, text=True
        )
        out, _ = await asyncio.wait_for(asyncio.to_thread(command.communicate), seconds(20))
        network.close()
        server.close()
        return out

    assert asyncio.run(ran()) == "192.0.2.1 rows\n"


def test_a_port_of_the_gateway_cannot_be_relayed(tmp_path):
    need_namespaces()

    async def ran():
        network = IsolatedNetwork()
        try:
            with pytest.raises(ConfigurationError, match="isolate_ports: 443 cannot be relayed"):
                network.set_up(RunFiles(tmp_path, b"roots"), ["443"], asyncio.get_running_loop())
        finally:
            network.close()

    asyncio.run(ran())
