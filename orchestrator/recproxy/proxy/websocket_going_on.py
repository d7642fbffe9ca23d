"""A replayed WebSocket that goes on with its service, in auto, at a message that was not recorded.

The service is told first what the client has said so far, message by message; what it answers to that, the client has
heard from the recording. This is a client of the exchange that forwards and keeps, which knows nothing of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from recproxy.http.websocket.endpoint import Heard, HeardKind, WebSocketEnd
from recproxy.lazy.dataclass import dataclass
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Answer, Later, Onward
from recproxy.recording import Act, Step, header

__all__ = ["Earlier", "GoingOn"]

#: Seconds to wait for the service to answer a repeated message before the next one is repeated.
_PATIENCE = 2.0
#: Seconds in which the service should close after the client has closed.
_CLOSING = 5.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of the client, and with how many it was answered; without `data`, what the server said unasked."""

    data: bytes | None
    binary: bool
    answers: int


class GoingOn:
    """The service, as the client goes on with it: what it does is put into `due`.

    `room` waits while much is due, and `failed` is told why the service cannot go on.
    """

    feed: BodyFeed | None = None
    client_has_ended = False
    again: Callable[[], Answer | Later | None] | None = None
    onward: Onward | None = None
    has_gone = False

    def __init__(
        self,
        onward: Onward,
        earlier: Sequence[Earlier],
        due: asyncio.Queue[Step | None],
        room: Callable[[], Awaitable[None]],
        failed: Callable[[str], None],
    ) -> None:
        self._due = due
        self._room = room
        self._failed = failed
        self._said = deque(earlier)
        #: How many of the next messages of the service the client already has from the recording.
        self._known = 0
        self._timer: asyncio.TimerHandle | None = None
        #: What the client says while its earlier messages are repeated to the service.
        self._held: deque[tuple[bytes, bool]] = deque()
        self._head = b""
        self._end: WebSocketEnd | None = None
        self._message: list[bytes] = []
        self._has_room = asyncio.Event()
        self._asked = BodyFeed(0, self._has_room.set)
        work = onward.go(self, self._asked)
        self._working = asyncio.ensure_future(work.run())
        self._working.add_done_callback(lambda _: work.drop())

    async def say(self, data: bytes, *, binary: bool) -> None:
        """Say something to the service; waits while it takes nothing."""
        if self._is_behind:
            self._held.append((data, binary))
        else:
            self._send(data, binary=binary)
        while self._asked.is_full and not self._working.done():
            self._has_room.clear()
            await self._has_room.wait()

    async def close(self, code: int, reason: bytes) -> None:
        """The client has closed: so does the service."""
        if self._end is not None:
            self._asked.add(self._end.close(code, reason))
        self._asked.end()
        await asyncio.wait((self._working,), timeout=_CLOSING)
        self.leave()

    def leave(self) -> None:
        """Nobody is there any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._working.cancel()

    @property
    def _is_behind(self) -> bool:
        return self._end is None or bool(self._said) or self._timer is not None

    def _send(self, data: bytes, *, binary: bool) -> None:
        assert self._end is not None
        self._asked.add(self._end.message(data if binary else data.decode("utf-8", "replace")))

    def _tell(self) -> None:
        """Tell the service the next that the client has said, or what it says now."""
        self._timer = None
        while self._said:
            earlier = self._said.popleft()
            if earlier.data is not None:
                self._send(earlier.data, binary=earlier.binary)
            if earlier.answers:
                self._known = earlier.answers
                self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._go_on)
                return
        while self._held:
            data, binary = self._held.popleft()
            self._send(data, binary=binary)

    def _go_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._known = 0
        self._tell()

    # What the exchange writes to.

    def write(self, data: bytes | memoryview) -> None:
        """Take bytes of the service."""
        rest = bytes(data)
        if self._end is None:
            self._head += rest
            head, mark, rest = self._head.partition(b"\r\n\r\n")
            if not mark:
                return
            line, *lines = head.split(b"\r\n")
            if line.split(b" ")[1:2] != [b"101"]:
                self._failed("the service does not agree to this WebSocket now")
                return
            headers = tuple((name, value.strip()) for name, _, value in (each.partition(b":") for each in lines))
            self._end = WebSocketEnd(client=True, deflate=header(headers, b"sec-websocket-extensions") or b"")
            self._tell()
        for heard in self._end.receive(rest):
            self._heard(heard)

    def _heard(self, heard: Heard) -> None:
        assert self._end is not None
        data = heard.data.encode() if isinstance(heard.data, str) else heard.data
        if heard.kind is HeardKind.MESSAGE:
            self._message.append(data)
            if heard.is_last:
                whole, self._message = b"".join(self._message), []
                self._hear(Step(Act.SERVER, whole, binary=isinstance(heard.data, bytes)))
        elif heard.kind is HeardKind.PING:
            self._asked.add(self._end.pong(data))
            self._due.put_nowait(Step(Act.PING, data))
        elif heard.kind is HeardKind.CLOSE:
            self._asked.add(self._end.close(heard.code))
            self._due.put_nowait(Step(Act.CLOSE, data, code=heard.code))

    def _hear(self, step: Step) -> None:
        """A message of the service: the client has heard those that answer what it had said before."""
        if self._timer is None:
            self._due.put_nowait(step)
            return
        self._known -= 1
        if not self._known:
            self._go_on()

    async def drain(self) -> None:
        """Wait while the client does not read."""
        await self._room()

    def end(self) -> bool:
        """A WebSocket is not half closed."""
        return False

    def abort(self) -> None:
        """The service breaks off."""
        self._due.put_nowait(Step(Act.RESET))
