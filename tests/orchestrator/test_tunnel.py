"""Tunnels: bytes pass both ways untouched, and an unreachable host is told."""

import asyncio
import contextlib
import socket

import pytest
from deadlines import seconds

from recproxy.orchestrator.tunnel import Tunnels

GREETING = b"HTTP/1.1 200 Connection established\r\n\r\n"


def run(work, own_ports=(), outgoing=None):
    """Run `work(client, join, tunnels)`; `join(port, greeting)` ties the client to a port of loopback."""

    async def ran():
        loop = asyncio.get_running_loop()
        tunnels = Tunnels(loop, outgoing, own_ports)
        mine, theirs = socket.socketpair()
        theirs.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=mine)

        def join(port, greeting=GREETING, first=b"", host="127.0.0.1"):
            tunnels.join(theirs, host, port, greeting, first)

        try:
            async with asyncio.timeout(seconds(20)):
                await work(reader, writer, join, tunnels)
        finally:
            writer.close()
            tunnels.close()
            await asyncio.gather(*tunnels._tasks, return_exceptions=True)

    asyncio.run(ran())


async def upper(reader, writer):
    """An origin that answers once it has all, in upper case."""
    writer.write((await reader.read()).upper())
    writer.close()
    await writer.wait_closed()


def test_bytes_pass_both_ways_and_each_end_ends_by_itself():
    async def work(reader, writer, join, tunnels):
        server = await asyncio.start_server(upper, "127.0.0.1", 0)
        join(server.sockets[0].getsockname()[1])
        writer.write(b"hello")
        writer.write_eof()  # half closed: the answer still comes
        assert await reader.read() == GREETING + b"HELLO"
        server.close()

    run(work)


@pytest.mark.parametrize(("greeting", "wanted"), [(GREETING, b"HTTP/1.1 502 Bad Gateway\r\n"), (b"", b"")])
def test_a_host_that_cannot_be_reached_is_told_to_who_can_hear_it(greeting, wanted):
    async def work(reader, writer, join, tunnels):
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            join(unheard.getsockname()[1], greeting)
            said = await reader.read()
        assert said[: len(wanted) or None] == wanted

    run(work)


def test_closing_cuts_them_all():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    async def work(reader, writer, join, tunnels):
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        join(server.sockets[0].getsockname()[1])
        assert await reader.readexactly(len(GREETING)) == GREETING
        tunnels.close()
        assert await reader.read() == b""
        server.close()

    run(work)


def test_what_a_host_gets_first_goes_before_what_the_client_sends():
    async def work(reader, writer, join, tunnels):
        server = await asyncio.start_server(upper, "127.0.0.1", 0)
        join(server.sockets[0].getsockname()[1], b"", b"first ")
        writer.write(b"then")
        writer.write_eof()
        assert await reader.read() == b"FIRST THEN"
        server.close()

    run(work)


async def only_at(address, other):
    """A server there, and a socket that keeps all others from its port at the other address."""
    while True:
        server = await asyncio.start_server(upper, address, 0)
        keeper = socket.socket(socket.AF_INET6 if ":" in other else socket.AF_INET)
        try:
            keeper.bind((other, server.sockets[0].getsockname()[1]))
        except OSError:
            keeper.close()
            server.close()
        else:
            return server, keeper


@pytest.mark.parametrize("host", ["localhost", "db.localhost"])
@pytest.mark.parametrize(("address", "other"), [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
def test_a_loopback_name_is_each_of_its_addresses(host, address, other):
    async def work(reader, writer, join, tunnels):
        server, keeper = await only_at(address, other)
        with keeper:
            join(server.sockets[0].getsockname()[1], b"", host=host)
            writer.write(b"then")
            writer.write_eof()
            assert await reader.read() == b"THEN"
        server.close()

    run(work)


def made_here(family):
    sock = socket.socket(family)
    sock.setblocking(False)
    return sock


def test_loopback_is_reached_by_sockets_of_the_other_network():
    async def work(reader, writer, join, tunnels):
        server = await asyncio.start_server(upper, "127.0.0.1", 0)
        join(server.sockets[0].getsockname()[1], host="localhost")
        writer.write(b"then")
        writer.write_eof()
        assert await reader.read() == GREETING + b"THEN"
        server.close()

    run(work, outgoing=made_here)


def test_a_network_without_sockets_is_told_after_each_family():
    asked = []

    def outgoing(family):
        asked.append(family)
        raise OSError(101, "there is none")

    async def work(reader, writer, join, tunnels):
        join(80, host="localhost")
        assert b"localhost:80 cannot be reached: there is none" in await reader.read()

    run(work, outgoing=outgoing)

    assert asked == [socket.AF_INET, socket.AF_INET6]


@pytest.mark.parametrize("waits", [True, False])
def test_a_server_whose_queue_is_full_keeps_nobody_else_waiting(monkeypatch, waits):
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(2):
            client = opened.enter_context(made_here(socket.AF_INET))
            client.connect_ex(server.getsockname())

        async def work(reader, writer, join, tunnels):
            if waits:
                monkeypatch.setattr("recproxy.orchestrator.tunnel._CONNECT_SECONDS", 0.01)
                join(server.getsockname()[1])
                assert b" cannot be reached: Connection timed out" in await reader.read()
            else:
                join(server.getsockname()[1])
                for _ in range(3):  # it has begun to connect
                    await asyncio.sleep(0)
                tunnels.close()
                assert await reader.read() == b""

        run(work, outgoing=made_here)


def test_a_name_that_leads_to_the_run_itself_is_not_connected(monkeypatch):
    """As a name that somebody else's server resolves to 127.0.0.1."""
    monkeypatch.setattr("recproxy.orchestrator.tunnel.is_loopback", lambda host: False)
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        port = gateway.getsockname()[1]

        async def work(reader, writer, join, tunnels):
            join(port, host="localhost")
            assert b"it is an address of recproxy itself, which nothing is forwarded to" in await reader.read()

        run(work, own_ports=(port,))
