"""Tunnels: bytes pass both ways untouched, and an unreachable host is told."""

import asyncio
import socket

import pytest
from deadlines import seconds

from recproxy.orchestrator.tunnel import Tunnels

GREETING = b"HTTP/1.1 200 Connection established\r\n\r\n"


def run(work):
    """Run `work(client, join, tunnels)`; `join(port, greeting)` ties the client to a port of loopback."""

    async def ran():
        loop = asyncio.get_running_loop()
        tunnels = Tunnels(loop)
        mine, theirs = socket.socketpair()
        theirs.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=mine)

        def join(port, greeting=GREETING):
            tunnels.join(theirs, "127.0.0.1", port, greeting)

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
