"""A service that is told again what a client has said: when it is told what, and what of its answers the client gets."""

import asyncio

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from recproxy.proxy import websocket_going_on
from recproxy.proxy.websocket_going_on import Earlier, GoingOn

AGREES = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
EARLIER = (Earlier(None, False, 1), Earlier(b"a", False, 2), Earlier(b"b", False, 0), Earlier(b"c", False, 1))


class Service:
    """What the exchange would be: `heard` is what it was told, in messages."""

    def __init__(self):
        self.heard = []
        self.dropped = False
        self.end = Connection(ConnectionType.SERVER)

    def go(self, downstream, feed):
        self.downstream, self.feed = downstream, feed
        return self

    async def run(self):
        while (piece := await self.feed.next()) is not None:
            self.end.receive_data(piece)
            self.heard += [event.data for event in self.end.events()]
        return False

    def drop(self):
        self.dropped = True

    def say(self, *texts):
        self.downstream.write(b"".join(self.end.send(TextMessage(data=each)) for each in texts))


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("patience", [2.0, 0.0])
def test_each_message_is_told_when_the_one_before_is_answered_or_too_much_time_has_passed(monkeypatch, patience):
    monkeypatch.setattr(websocket_going_on, "_PATIENCE", patience)

    async def run():
        service, due = Service(), asyncio.Queue()
        going = GoingOn(service, EARLIER, due, settle, due.put_nowait)
        await settle()
        service.downstream.write(AGREES[:20])
        service.downstream.write(AGREES[20:])
        await going.say(b"new", binary=False)
        seen = []
        for said in (["hello"], ["1"], ["2"], ["3"], ["4"]):
            await settle()
            seen.append(list(service.heard))
            service.say(*said)
        await settle()
        going.leave()
        await settle()
        return seen, [due.get_nowait().data for _ in range(due.qsize())], service.dropped

    seen, passed_on, dropped = asyncio.run(run())

    assert dropped
    if patience:
        assert seen == [[], ["a"], ["a"], ["a", "b", "c"], ["a", "b", "c", "new"]]
        assert passed_on == [b"4"]
    else:
        assert seen[-1] == ["a", "b", "c", "new"]


def test_a_service_that_does_not_agree_is_told():
    async def run():
        service, due, failed = Service(), asyncio.Queue(), []
        going = GoingOn(service, (), due, settle, failed.append)
        await settle()
        service.downstream.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        going.leave()
        await settle()
        return failed

    assert asyncio.run(run()) == ["the service does not agree to this WebSocket now"]
