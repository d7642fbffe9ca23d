"""A client and a service joined in memory: what is told of their messages, and who waits for whom."""

import asyncio

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Ping, TextMessage

from recproxy.proxy.body import BodyFeed
from recproxy.proxy.websocket_relaying import WebSocketRelay
from recproxy.recording import Act


class Downstream:
    """The client's side; one that `reads` takes all at once."""

    has_gone = False

    def __init__(self, *, reads=True):
        self.written = bytearray()
        self._reads = reads

    def write(self, data):
        self.written += data

    async def drain(self):
        if not self._reads:
            await asyncio.Event().wait()

    def abort(self):
        self.written += b"aborted"


class Link:
    """The service's side: what it says, piece by piece."""

    def __init__(self, pieces):
        self.pieces = list(pieces)
        self.sent = bytearray()
        self.is_closed = False

    async def receive(self):
        await asyncio.sleep(0)
        return self.pieces.pop(0) if self.pieces else b""

    async def pass_on(self, data):
        self.sent += data

    def break_off(self):
        self.sent += b"broken off"

    def close(self):
        self.is_closed = True


def said(*events, client=False):
    end = Connection(ConnectionType.CLIENT if client else ConnectionType.SERVER)
    return [end.send(event) for event in events]


def joined(link, downstream, steps):
    async def closing():
        await asyncio.sleep(0)

    relay = WebSocketRelay(
        downstream,
        link,
        BodyFeed(0, lambda: None),
        deflate=b"",
        seconds=1,
        most=1000,
        heard=steps.append,
        closing=closing,
    )
    return asyncio.ensure_future(relay.run())


def test_of_pings_on_an_idle_connection_the_first_is_told_and_all_are_passed_on():
    pings = [Ping(payload=b"%d" % number) for number in range(5)]
    link = Link(said(*pings, TextMessage(data="hi"), *pings, CloseConnection(code=1000)))
    steps, downstream = [], Downstream()

    async def run():
        working = joined(link, downstream, steps)
        while not link.is_closed and b"hi" not in downstream.written or downstream.written.count(b"\x89") < 10:
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())

    told = [(each.act, each.data) for each in steps]
    assert told[:3] == [(Act.PING, b"0"), (Act.SERVER, b"hi"), (Act.PING, b"0")]
    assert [each.act for each in steps[3:]] == [Act.CLOSE]


def test_a_service_that_pings_waits_for_a_client_that_does_not_read():
    link = Link(said(*[Ping(payload=b"there?")] * 1000))

    async def run():
        working = joined(link, Downstream(reads=False), [])
        for _ in range(3000):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())

    assert len(link.pieces) == 999
