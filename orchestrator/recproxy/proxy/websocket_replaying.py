"""A WebSocket answered from recordings: the handshake, what the server said unasked, and what it said to messages.

Knows the client's side and a clock. What follows a message, the playback says; what does not fit closes the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from recproxy.http import Head
from recproxy.http.websocket.endpoint import Heard, HeardKind, WebSocketEnd
from recproxy.http.websocket.handshake import handshake_answer
from recproxy.lazy.dataclass import dataclass
from recproxy.play.websocket_playback import WebSocketReplay
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Downstream, Work, send
from recproxy.proxy.faults import faulty, faulty_message
from recproxy.proxy.websocket_going_on import Earlier, GoingOn
from recproxy.recording import Act, Response, Step
from recproxy.recording.faults import Fault, read_message_fault
from recproxy.recording.printable import printable

__all__ = ["WebSocketAnswer"]

#: The close code of a miss: of those for private use, the HTTP status that no service sends. RFC 6455 section 7.4.2.
MISSED = 4599
_TOO_LARGE = 1009
#: The close code where the service behind is not there. RFC 6455 section 7.4.1 and its registry: bad gateway.
_ENDPOINT_GONE = 1014
#: So much may be due before no more of the client is heard: one that says on and does not read must not take memory.
_MOST_DUE = 1000
#: The most bytes of the reason of a close. RFC 6455 section 5.5.
_LONGEST_REASON = 123
#: Seconds in which a client that was closed should close, too.
_CLOSING = 5.0


class MessageMisses(Protocol):
    """Who counts and describes what was not recorded; each gives the reason to close with."""

    def miss(self, replay: WebSocketReplay, url: str, data: bytes, *, binary: bool) -> str:
        """A message fits nothing."""

    def too_large(self, url: str, size: int) -> str:
        """A message is too large to be matched."""

    def fault(self, position: int) -> Fault | None:
        """The fault to play with what the server says next, where a test wants one."""

    def lasted(self, fault: Fault) -> None:
        """A client has waited for the end of a hang."""

    def said(self) -> None:
        """A message has passed, in whichever direction."""


@dataclass(frozen=True, slots=True)
class WebSocketAnswer:
    """A recorded agreement to a WebSocket; `paced` says that the server takes its time as it was recorded.

    `begins_with` is a fault of the agreement itself.
    """

    misses: MessageMisses
    replay: WebSocketReplay
    response: Response
    head: Head
    url: str
    most: int
    paced: bool
    begins_with: Fault | None = None

    def work(self, downstream: Downstream) -> Work:
        """The work that answers this client, which is heard."""
        assert downstream.feed is not None
        return _Conversation(self, downstream, downstream.feed)


class _Conversation(Work):
    """One client and the recorded server."""

    def __init__(self, answer: WebSocketAnswer, downstream: Downstream, feed: BodyFeed) -> None:
        self._answer = answer
        self._downstream = downstream
        self._feed = feed
        self._endpoint: WebSocketEnd
        #: What the server has still to do.
        self._due: asyncio.Queue[Step | None] = asyncio.Queue()
        self._one_done = asyncio.Event()
        self._message: list[str | bytes] = []
        self._size = 0
        self._hurries = False
        #: Whether a close is due: what the client says behind it is not heard.
        self._closes = False
        #: What the client has said and was answered, where the service may have to be told; and that service.
        self._earlier: list[Earlier] = []
        self._service: GoingOn | None = None

    async def run(self) -> bool:
        """Agree, and converse until one side has closed; no other request can follow."""
        head, deflate = handshake_answer(self._answer.response, self._answer.head.headers)
        self._endpoint = WebSocketEnd(client=False, deflate=deflate)
        if (fault := self._answer.begins_with) is not None:
            if not await faulty(fault, head, False).work(self._downstream).run():
                return False
        else:
            self._downstream.write(head)
        self._open()
        speaking = asyncio.ensure_future(self._speak())
        hearing = asyncio.ensure_future(self._hear())
        try:
            done, _ = await asyncio.wait((speaking, hearing), return_when=asyncio.FIRST_COMPLETED)
            if hearing in done:
                self._due.put_nowait(None)
                await speaking
            elif not self._endpoint.speaks:  # it has closed, and the client is to close, too
                async with asyncio.timeout(_CLOSING):
                    await hearing
        except TimeoutError:
            pass
        finally:
            if self._service is not None:
                self._service.leave()
            speaking.cancel()
            hearing.cancel()
        for each in (speaking, hearing):
            if each.done() and not each.cancelled() and (problem := each.exception()) is not None:
                raise problem
        return False

    def _open(self) -> None:
        """Do what the server does at once."""
        steps = self._answer.replay.open()
        self._remember(None, steps, binary=False)
        self._do(steps)

    def _remember(self, data: bytes | None, steps: Sequence[Step], *, binary: bool) -> None:
        if self._downstream.onward is not None:
            self._earlier.append(Earlier(data, binary, sum(step.act is Act.SERVER for step in steps)))

    def _do(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._due.put_nowait(step)

    async def _speak(self) -> None:
        """Do what is due, in its order, until the server has closed."""
        try:
            await self._say_what_is_due()
        finally:
            self._one_done.set()

    async def _say_what_is_due(self) -> None:
        while (step := await self._due.get()) is not None:
            self._one_done.set()
            if step.delay and self._answer.paced and not self._hurries:
                await asyncio.sleep(step.delay)
            if not self._endpoint.speaks and step.act is not Act.CLOSE:
                continue
            if step.act is Act.RESET:
                self._downstream.abort()
                return
            if step.act is Act.CLOSE:
                self._downstream.write(self._endpoint.close(step.code, step.data))
                return
            data = step.data if step.binary else step.data.decode("utf-8", "replace")
            framed = self._endpoint.ping(step.data) if step.act is Act.PING else self._endpoint.message(data)
            if step.act is Act.SERVER and self._service is None:  # which counts its own
                self._answer.misses.said()
            fault = self._fault(step)
            if fault is not None and not await self._play(fault, framed):
                return
            if fault is None:
                await send(self._downstream, framed)
                await self._downstream.drain()

    def _fault(self, step: Step) -> Fault | None:
        """The fault of what is said: a test's, or the recording's."""
        planned = self._answer.misses.fault(self._answer.replay.position) if step.act is Act.SERVER else None
        return planned or (read_message_fault(step.fault) if step.fault else None)

    async def _play(self, fault: Fault, framed: bytes) -> bool:
        """Say something with a fault; whether the connection goes on behind it."""
        if fault.kind == "close":
            self._downstream.write(self._endpoint.close(int(fault.value or 0)))
            return False
        goes_on = await faulty_message(fault, framed).work(self._downstream).run()
        if fault.kind == "hang":
            self._answer.misses.lasted(fault)
        return goes_on

    async def _hear(self) -> None:
        """Hear the client until it has closed or gone."""
        while (piece := await self._feed.next()) is not None:
            for heard in self._endpoint.receive(piece):
                if not await self._heard(heard):
                    return
                if not self._due.empty():
                    await asyncio.sleep(0)  # what follows a message is said before a close behind it is heard
                await self._room()
            await self._downstream.drain()  # pongs must not pile up for a client that does not read

    async def _room(self) -> None:
        """Wait while much is due."""
        while self._due.qsize() > _MOST_DUE and self._endpoint.speaks:
            self._one_done.clear()
            await self._one_done.wait()

    async def _heard(self, heard: Heard) -> bool:
        """Whether the client is heard on."""
        match heard.kind:
            case HeardKind.MESSAGE:
                await self._heard_piece(heard)
            case HeardKind.PING:
                if self._endpoint.speaks:
                    assert isinstance(heard.data, bytes)
                    self._downstream.write(self._endpoint.pong(heard.data))
            case HeardKind.CLOSE | HeardKind.BROKEN:
                self._hurries = True
                if self._service is not None:
                    await self._service.close(heard.code, _bytes(heard.data))
                self._close(heard.code, b"" if heard.kind is HeardKind.BROKEN else _bytes(heard.data))
                return False
        return True

    async def _heard_piece(self, heard: Heard) -> None:
        if self._closes:
            return
        self._size += len(heard.data)
        if self._size > self._answer.most:
            self._miss(self._answer.misses.too_large(self._answer.url, self._size), _TOO_LARGE)
            return
        if heard.data:
            self._message.append(heard.data)
        if heard.is_last:
            data = b"".join(map(_bytes, self._message))
            self._message, self._size = [], 0
            await self._said(data, binary=isinstance(heard.data, bytes))

    async def _said(self, data: bytes, *, binary: bool) -> None:
        onward = self._downstream.onward
        may_go_on = onward is not None and onward.is_open
        if self._service is not None and may_go_on:
            await self._service.say(data, binary=binary)
            return
        if self._service is not None:  # another test is running, which insists on replay: both are being closed
            return
        if not self._turn():
            return
        answer = self._answer
        steps = answer.replay.say(data, binary=binary)
        if steps is None and onward is not None and may_go_on:
            self._service = GoingOn(onward, self._earlier, self._due, self._room, self._fail)
            await self._service.say(data, binary=binary)
            return
        answer.misses.said()
        if steps is not None:
            self._remember(data, steps, binary=binary)
            self._do(steps)
        else:
            self._miss(answer.misses.miss(answer.replay, answer.url, data, binary=binary), MISSED)

    def _turn(self) -> bool:
        """Where another scope is open now, go on with what it has recorded; False where that is nothing."""
        again = self._downstream.again() if self._downstream.again is not None else None
        if isinstance(again, WebSocketAnswer):
            self._answer = again
            self._do(again.replay.open())
        elif again is not None:
            self._miss("no WebSocket like this one was recorded for this test", MISSED)
            return False
        return True

    def _fail(self, text: str) -> None:
        """The service cannot go on: the exchange with it has told why."""
        self._miss(text, _ENDPOINT_GONE)

    def _miss(self, text: str, code: int) -> None:
        reason = printable(text).encode()[:_LONGEST_REASON].decode("utf-8", "ignore")
        self._close(code, reason.encode())

    def _close(self, code: int, reason: bytes) -> None:
        """Close behind what is due."""
        self._closes = True
        self._due.put_nowait(Step(Act.CLOSE, reason, code=code))


def _bytes(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece
