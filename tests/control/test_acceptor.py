"""Accepting connections."""

import asyncio
import socket

from deadlines import seconds
from exhausted import Exhausted

from recproxy.control.acceptor import Acceptor


def test_it_gives_each_connection_once_until_it_is_closed():
    async def ran():
        loop = asyncio.get_running_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        arrived = asyncio.Queue()
        acceptor = Acceptor(loop, listener, arrived.put_nowait)
        address = listener.getsockname()
        async with asyncio.timeout(seconds(20)):
            for _ in range(3):
                with socket.create_connection(address) as client:
                    sock = await arrived.get()
                    assert sock.getpeername() == client.getsockname()
                    assert not sock.getblocking()
                    sock.close()
        acceptor.close()
        assert arrived.empty()
        assert listener.fileno() == -1

    asyncio.run(ran())


def test_without_descriptors_one_idle_connection_is_closed_for_the_next():
    async def ran():
        loop = asyncio.get_running_loop()
        listener = Exhausted(socket.create_server(("127.0.0.1", 0)))
        listener.setblocking(False)
        arrived, shed = asyncio.Queue(), []
        acceptor = Acceptor(loop, listener, arrived.put_nowait, lambda: not shed.append("one"))
        async with asyncio.timeout(seconds(20)):
            with socket.create_connection(listener.getsockname()):
                (await arrived.get()).close()
        acceptor.close()
        assert (listener.failed, shed) == (1, ["one"])

    asyncio.run(ran())
