"""What a test leaves open in its event loop ends with that, and is told where it was left."""

import asyncio
import socket

import pytest


async def connected():
    """A server and a client of it, both open."""
    served = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(lambda *streams: served.set_result(streams[1]), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    server.close()
    return writer, await served


def test_a_connection_that_is_left_open_warns_when_its_loop_is_closed_and_is_closed():
    with pytest.warns(ResourceWarning, match=r"a loop was closed with open connections: <_SelectorSocketTransport"):
        writers = asyncio.run(connected())

    assert [each.get_extra_info("socket").fileno() for each in writers] == [-1, -1]


def test_a_connection_that_is_being_closed_is_closed_with_its_loop():
    async def left():
        writers = await connected()
        for each in writers:
            each.write(b"x" * 10_000_000)  # nobody reads it: the end waits for it
            each.close()
        return writers

    assert [each.get_extra_info("socket").fileno() for each in asyncio.run(left())] == [-1, -1]


def test_a_socket_that_is_no_loop_s_is_left_alone():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asyncio.run(asyncio.sleep(0))

        assert listener.fileno() > 0
