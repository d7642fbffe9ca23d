"""A proxy of one profile: what its orders change for clients that are connected."""

import asyncio
import os
import re
import select
import socket

import pytest
from deadlines import seconds

from recproxy.config.profile import Endpoint, Profile
from recproxy.control.channel import Channel
from recproxy.control.messages import Began, Begin, Connect, Ended, EndScope, Know, Ready, Return, Setup
from recproxy.control.scope_options import ScopeFault
from recproxy.proxy.service import Service

ASKS = b"GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n"


class Bench:
    """A proxy that owns shop.example, at the other end of its channel."""

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        ours, its = socket.socketpair()
        self._told = asyncio.Queue()
        self._channel = Channel(ours, loop, received=lambda *each: self._told.put_nowait(each), lost=lambda: None)
        self._service = Service(its, loop)
        profile = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),))
        self.send(Setup(profile=profile.plain(), owners={"shop.example": "shop"}, mode="replay"))
        assert isinstance((await self.told())[0], Ready)
        return self

    async def __aexit__(self, *_):
        self._channel.close()
        async with asyncio.timeout(seconds(20)):
            await self._service.ended

    def send(self, message, *descriptors):
        self._channel.send(message, descriptors)

    async def told(self):
        """A message of the proxy, and its descriptors."""
        async with asyncio.timeout(seconds(20)):
            return await self._told.get()

    async def client(self):
        """A client of the gateway, each of whose requests may be for another service."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            self.send(Connect(lane="main"), listener.accept()[0].detach())
        return reader, writer


@pytest.mark.asyncio
async def test_a_kept_connection_goes_back_for_a_host_that_another_profile_owns_by_now():
    async with Bench() as bench:
        reader, writer = await bench.client()
        writer.write(ASKS)
        assert (await reader.readline()).startswith(b"HTTP/1.1 599 ")
        bench.send(Know(owners={"shop.example": "another"}, ports=()))
        writer.write(ASKS)
        message, (descriptor,) = await bench.told()
        os.close(descriptor)
        await reader.read()  # the proxy has let go of it
        writer.close()
        await writer.wait_closed()

        assert message == Return(lane="main", held=ASKS)


@pytest.mark.asyncio
async def test_kept_connections_are_closed_when_it_is_told_that_a_scope_with_a_fault_of_tls_has_begun(monkeypatch):
    async with Bench() as bench:
        reader, writer = await bench.client()
        writer.write(ASKS)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
        closed, send = [], bench._service._channel.send

        def sends(message):
            closed.append(bool(select.select([writer.get_extra_info("socket")], [], [], 0)[0]))
            send(message)

        monkeypatch.setattr(bench._service._channel, "send", sends)
        bench.send(Begin(order=1, lane="main", scope="test_a", faults=(ScopeFault("tls expired"),)))
        assert isinstance((await bench.told())[0], Began)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()

        assert closed == [True]


@pytest.mark.asyncio
async def test_a_scope_ends_also_where_waiting_for_its_end_fails(monkeypatch):
    async def fails(*_):
        raise ValueError("no such thing")

    monkeypatch.setattr("recproxy.proxy.service.has_settled", lambda _: False)
    monkeypatch.setattr("recproxy.proxy.service.settle", fails)
    async with Bench() as bench:
        bench.send(Begin(order=1, lane="main", scope="test_a"))
        assert isinstance((await bench.told())[0], Began)
        bench.send(EndScope(order=2, lane="main"))
        ended, _ = await bench.told()

        assert isinstance(ended, Ended)
        (failure,) = ended.outcome.failures
        assert "a defect of recproxy" in failure
