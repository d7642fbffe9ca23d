"""Tunnels: bytes pass both ways untouched, and an unreachable host is told."""

import asyncio
import socket

import pytest
from deadlines import seconds

from recproxy.orchestrator.tunnel import Tunnels

GREETING = b"HTTP/1.1 200 Connection established\r\n\r\n"


def run(work, own_ports=()):
    """Run `work(client, join, tunnels)`; `join(port, greeting)` ties the client to a port of loopback."""

    async def ran():
        loop = asyncio.get_running_loop()
        tunnels = Tunnels(loop, own_ports=own_ports)
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


@pytest.mark.parametrize("host", ["localhost", "db.localhost"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_loopback_name_is_each_of_its_addresses(host, address):
    async def work(reader, writer, join, tunnels):
        server = await asyncio.start_server(upper, address, 0)
        join(server.sockets[0].getsockname()[1], b"", host=host)
        writer.write(b"then")
        writer.write_eof()
        assert await reader.read() == b"THEN"
        server.close()

    run(work)


def test_loopback_is_dialed_where_it_is_not_this_process_s_own():
    async def ran():
        asked = []

        def dial(address, port):
            asked.append((address, port))
            raise ConnectionRefusedError(111, "nobody there")

        mine, theirs = socket.socketpair()
        tunnels = Tunnels(asyncio.get_running_loop(), dial)
        theirs.setblocking(False)
        tunnels.join(theirs, "localhost", 80, GREETING)
        reader, writer = await asyncio.open_connection(sock=mine)
        answer = await asyncio.wait_for(reader.read(), seconds(20))
        writer.close()
        return asked, answer

    asked, answer = asyncio.run(ran())

    assert asked == [("127.0.0.1", 80), ("::1", 80)]
    assert b"localhost:80 cannot be reached: nobody there" in answer


def test_a_name_that_leads_to_the_run_itself_is_not_connected(monkeypatch):
    """As a name that somebody else's server resolves to 127.0.0.1."""
    monkeypatch.setattr("recproxy.orchestrator.tunnel.is_loopback", lambda host: False)
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        port = gateway.getsockname()[1]

        async def work(reader, writer, join, tunnels):
            join(port, host="localhost")
            assert b"it is an address of recproxy itself, which nothing is forwarded to" in await reader.read()

        run(work, own_ports=(port,))
