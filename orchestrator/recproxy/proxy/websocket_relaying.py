"""A WebSocket between a client and its service: messages both ways, and what is to be recorded of them.

Each side is spoken to by an endpoint of its own, both with the extension that the two agreed on. Knows the client's side
and a link to the service; not whether the steps are kept. When one side has closed, the other is waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from recproxy.http.websocket.endpoint import Heard, HeardKind, WebSocketEnd
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Downstream, send
from recproxy.proxy.link import ServiceLink
from recproxy.proxy.open_exchanges import INSISTS
from recproxy.recording import Act, Step

__all__ = ["WebSocketRelay"]

#: A message is passed on in pieces of about so many bytes.
_PIECE = 1 << 20
#: Seconds for the last that a client sent before it went to be on its way.
_FLUSH = 5.0
#: Shorter silences of a server are chance: they are not recorded.
_SHORT = 0.1
#: What both are closed with where nothing more may pass. RFC 6455 section 7.4.1: going away.
_GOING_AWAY = 1001
_ENDED = f"recproxy: {INSISTS}".encode()


class _Piecing:
    """The message that one side is saying: what is to be passed on, and what is to be recorded of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: list[str | bytes] = []
        self._held = 0
        self._whole: list[bytes] = []
        self._size = 0

    def add(self, heard: Heard) -> str | bytes | None:
        """Take a piece; what is to be passed on now, if it is enough."""
        if heard.data or not self._waiting:  # an endless message of empty fragments must not take memory
            self._waiting.append(heard.data)
        self._held += len(heard.data)
        if not heard.is_last and self._held < _PIECE:
            return None
        ready = self._waiting[0] if len(self._waiting) == 1 else type(heard.data)().join(self._waiting)  # type: ignore[arg-type]
        self._waiting, self._held = [], 0
        data = ready.encode() if isinstance(ready, str) else ready
        self._size += len(data)
        if self._size <= self._most:
            self._whole.append(data)
        else:
            self._whole.clear()
        return ready

    def step(self, act: Act, *, binary: bool, delay: float) -> Step:
        """The message that is complete."""
        data, size = b"".join(self._whole), self._size
        self._whole, self._size = [], 0
        omitted = size if size > self._most else 0
        return Step(act, data, binary=binary, delay=delay, omitted=omitted)


class WebSocketRelay:
    """A client and a service, joined.

    Args:
        downstream: the client.
        link: the connection to the service.
        feed: what the client sends.
        deflate: the extension that they agreed on; empty for none.
        seconds: how long one that was closed may go on.
        most: how much of a message is recorded.
        heard: is told of each step.
        closing: is awaited before the client sees that the service has closed.
    """

    def __init__(
        self,
        downstream: Downstream,
        link: ServiceLink,
        feed: BodyFeed,
        *,
        deflate: bytes,
        seconds: float | None,
        most: int,
        heard: Callable[[Step], None],
        closing: Callable[[], Awaitable[None]],
    ) -> None:
        self._downstream = downstream
        self._link = link
        self._feed = feed
        self._seconds = seconds
        self._tell = heard
        self._closing = closing
        self._client = WebSocketEnd(client=False, deflate=deflate)
        self._service = WebSocketEnd(client=True, deflate=deflate)
        self._said_by_client, self._said_by_service = _Piecing(most), _Piecing(most)
        self._last = time.monotonic()
        #: How long both may take to close, where nothing more may pass.
        self._patience: asyncio.TimerHandle | None = None
        #: Whether the service has pinged since a message was said.
        self._has_pinged = False

    async def run(self) -> None:
        """Pass messages until both have closed, or one has gone."""
        up = asyncio.ensure_future(self._up())
        down = asyncio.ensure_future(self._down())
        try:
            done, waiting = await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            if waiting and not self._is_broken(done.pop()):
                await asyncio.wait(waiting, timeout=self._seconds if up.done() else _FLUSH)
            self._finish(up, down)
        except asyncio.CancelledError:
            await self._leave()
            raise
        finally:
            up.cancel()
            down.cancel()
            if self._patience is not None:
                self._patience.cancel()
            self._link.close()

    def end(self) -> Coroutine[Any, Any, None]:
        """Close both sides at once: neither hears more of the other. Await the result, which tells the service."""
        self._downstream.write(self._client.close(_GOING_AWAY, _ENDED))
        # One that does not close, too, is not waited for.
        self._patience = asyncio.get_running_loop().call_later(_FLUSH, self._link.close)
        return self._link.pass_on(self._service.close(_GOING_AWAY))

    def _is_broken(self, done: asyncio.Future[None]) -> bool:
        """Whether a way has ended without a close: then nothing is to be waited for."""
        return done.exception() is not None or (self._client.hears and self._service.hears)

    def _finish(self, up: asyncio.Future[None], down: asyncio.Future[None]) -> None:
        """Raise what is a defect; show a client that has not left that the service is gone without a close."""
        problems = [each.exception() for each in (up, down) if each.done()]
        for problem in problems:
            if problem is not None and not isinstance(problem, OSError):
                raise problem
        if self._client.hears and self._feed.ended:
            return
        if any(problems) or (self._service.hears and down.done()):
            self._broke()

    def _broke(self) -> None:
        """The service has gone without a close: so the client sees it."""
        if self._client.speaks:
            self._tell(Step(Act.RESET))
            self._downstream.abort()

    async def _up(self) -> None:
        """From the client to the service."""
        while (piece := await self._feed.next()) is not None:
            for heard in self._client.receive(piece):
                await self._from_client(heard)
            if not self._client.hears:
                return
        self._link.break_off()  # what came of the client must not look whole

    async def _from_client(self, heard: Heard) -> None:
        match heard.kind:
            case HeardKind.MESSAGE:
                ready = self._said_by_client.add(heard)
                if ready is not None and self._service.speaks:
                    if heard.is_last:
                        binary = isinstance(heard.data, bytes)
                        self._tell(self._said_by_client.step(Act.CLIENT, binary=binary, delay=0.0))
                        self._last = time.monotonic()
                        self._has_pinged = False
                    await self._link.pass_on(self._service.message(ready, is_last=heard.is_last))
            case HeardKind.PING if self._service.speaks:
                await self._link.pass_on(self._service.ping(_bytes(heard.data)))
            case HeardKind.PONG if self._service.speaks:
                await self._link.pass_on(self._service.pong(_bytes(heard.data)))
            case HeardKind.CLOSE:
                if self._service.speaks:
                    self._tell(Step(Act.LEAVE, _bytes(heard.data), code=heard.code))
                await self._link.pass_on(self._service.close(heard.code, _bytes(heard.data)))
            case HeardKind.BROKEN:
                self._downstream.write(self._client.close(heard.code))
                await self._link.pass_on(self._service.close(heard.code))

    async def _down(self) -> None:
        """From the service to the client."""
        while data := await self._link.receive():
            for heard in self._service.receive(data):
                await self._from_service(heard)
            if not self._service.hears:
                return
            await self._downstream.drain()

    async def _from_service(self, heard: Heard) -> None:
        match heard.kind:
            case HeardKind.MESSAGE:
                ready = self._said_by_service.add(heard)
                if ready is None or not self._client.speaks:
                    return
                if heard.is_last:
                    binary = isinstance(heard.data, bytes)
                    self._tell(self._said_by_service.step(Act.SERVER, binary=binary, delay=self._pause()))
                    self._has_pinged = False
                await send(self._downstream, self._client.message(ready, is_last=heard.is_last))
                await self._downstream.drain()
            case HeardKind.PING if self._client.speaks:
                if not self._has_pinged:  # those that follow on an idle connection say nothing new
                    self._has_pinged = True
                    self._tell(Step(Act.PING, _bytes(heard.data), delay=self._pause()))
                self._downstream.write(self._client.ping(_bytes(heard.data)))
            case HeardKind.PONG if self._client.speaks:
                self._downstream.write(self._client.pong(_bytes(heard.data)))
            case HeardKind.CLOSE:
                if self._client.speaks:
                    self._tell(Step(Act.CLOSE, _bytes(heard.data), code=heard.code, delay=self._pause()))
                    await self._link.pass_on(self._service.close(heard.code))
                await self._closing()
                self._downstream.write(self._client.close(heard.code, _bytes(heard.data)))
            case HeardKind.BROKEN:
                await self._link.pass_on(self._service.close(heard.code))
                raise ConnectionError("the service breaks the protocol")

    def _pause(self) -> float:
        """The seconds since something was said, where they are not chance."""
        before, self._last = self._last, time.monotonic()
        seconds = round(self._last - before, 2)
        return seconds if seconds >= _SHORT else 0.0

    async def _leave(self) -> None:
        """The client is gone: what it sent before is sent on."""
        if not self._feed.ended and self._client.hears:
            self._link.break_off()
            return
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_FLUSH):
                await self._up()


def _bytes(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece
