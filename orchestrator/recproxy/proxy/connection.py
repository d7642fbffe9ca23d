"""A client's connection: requests in, answers out, in order.

An asyncio Protocol without a task or an await per replayed request; a forwarded one has a task. It knows sockets and
lanes; what the answer is, the open scope decides, or the service.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from recproxy.http import (
    Absolute,
    Head,
    Incomplete,
    Malformed,
    Origin,
    RequestReader,
    authority_host,
    plain_response,
    sort,
)
from recproxy.http.requests import MalformedRequest
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.exchange import Exchange
from recproxy.proxy.pacing import PacedAnswer, Pacing
from recproxy.proxy.route import Route
from recproxy.proxy.scope import Answer
from recproxy.recording import Headers

if TYPE_CHECKING:
    from recproxy.proxy.lane import ProxyLane

__all__ = ["Connection"]

#: What answers a request: at once, piece by piece, or by the service.
_Turn: TypeAlias = Answer | PacedAnswer | Exchange

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REASONS = {
    400: "Bad Request",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_RETRY = 0.005


class Connection(asyncio.Protocol):
    """One connection of a lane; also the sink of its request reader."""

    def __init__(self, lane: ProxyLane, route: Route, *, held: bytes = b"") -> None:
        self._lane = lane
        self._route = route
        self._reader = RequestReader(self)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._socket: Any = None
        self._head: Head = None  # type: ignore[assignment]
        self._body: list[bytes] = []
        self._size = 0
        self._held = held
        self._paused = False
        self._readable = asyncio.Event()
        self._holds: set[str] = set()
        self._turns: deque[_Turn] = deque()
        self._running: asyncio.Task[None] | None = None
        self._feed: BodyFeed | None = None
        # A connection that was not opened for one host may turn to another service with any request.
        self._roams = route.authority is None and route.any_host is None
        self._owns: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]
        self._socket = transport.get_extra_info("socket")
        self._lane.connections.add(self)
        if self._held:
            held, self._held = self._held, b""
            self.data_received(held)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        self._lane.connections.discard(self)
        self._turns.clear()
        self._paused = False
        self._readable.set()
        if self._running is not None:
            # Not the end of the body: the service must not take half of it for the whole.
            self._running.cancel()

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the client."""
        if self._roams and self._reader.idle:
            data = self._held + data
            self._held = b""
            if not self._stays(data):
                return
        try:
            self._reader.feed(data)
        except MalformedRequest as problem:
            self._refuse(problem.status, problem.reason)
        except Exception as problem:  # noqa: BLE001 - one request's trouble is told, and is that request's alone
            self._refuse(500, f"a defect of recproxy: {type(problem).__name__}: {problem}")
        if not self._reader.idle:
            self._acknowledge()

    def head_received(self, head: Head) -> None:
        """Called by the reader: a request begins."""
        self._head = head
        self._size = 0
        if not self._owned(head):
            self._misdirected()
            return
        if head.expects and not head.http10 and not self._turns and self._running is None:
            self._transport.write(_CONTINUE)
        if self._lane.forwards:
            self._feed = BodyFeed(self._lane.max_body, self._overfull)
            self._take_turn(self._lane.exchange(self, self._route, head, self._feed))

    def body_received(self, piece: bytes) -> None:
        """Called by the reader: a piece of the body; what is too large to keep is only counted."""
        if self._feed is not None:
            self._feed.add(piece)
            return
        self._size += len(piece)
        if self._size <= self._lane.max_body:
            self._body.append(piece)

    def request_ended(self, trailers: Headers) -> None:
        """Called by the reader: the request is complete."""
        if self._feed is not None:
            self._feed.end(trailers)
            self._feed = None
            return
        if self._size:
            body = b"".join(self._body)
            self._body.clear()
        else:
            body = b""
        answer = self._lane.answer(self._route, self._head, body, complete=self._size == len(body))
        if answer is None:
            feed = BodyFeed(self._lane.max_body, self._overfull)
            feed.add(body)
            feed.end(trailers)
            self._take_turn(self._lane.exchange(self, self._route, self._head, feed))
        else:
            if answer.close:
                self._reader.stop()
            self._take_turn(answer)

    def eof_received(self) -> bool:
        """Called by the loop: the client sends no more; what it asked for is still answered."""
        self._reader.stop()
        if self._feed is not None:
            return False
        return self._running is not None and self._transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        """Called by the loop: the client does not read; answers wait, and no more requests are taken."""
        self._paused = True
        self._readable.clear()
        if self._running is None:  # an exchange may need the rest of the request to get to its end
            self._hold("client")

    def resume_writing(self) -> None:
        """Called by the loop: the client reads again."""
        self._paused = False
        self._readable.set()
        self._advance()
        if not self._paused:
            self._release("client")

    def write(self, data: bytes) -> None:
        """Send to the client: an exchange's side of the connection."""
        self._transport.write(data)

    async def drain(self) -> None:
        """Wait while the client does not read."""
        if self._paused:
            await self._readable.wait()

    def abort(self) -> None:
        """Drop the connection: what was begun cannot be finished."""
        self._transport.abort()

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def _take_turn(self, turn: _Turn) -> None:
        """Answer now, or behind what was asked before."""
        if self._turns or self._paused or self._running is not None:
            self._turns.append(turn)
            self._hold("turns")
        elif isinstance(turn, Answer):
            self._write(turn)
        else:
            self._start(turn)

    def _start(self, turn: Exchange | PacedAnswer) -> None:
        """Begin what takes time; what comes behind it waits for its end."""
        work = Pacing(self, turn) if isinstance(turn, PacedAnswer) else turn
        self._running = asyncio.get_running_loop().create_task(self._run(work))

    def _advance(self) -> None:
        """Go on with what waits, as far as it goes."""
        while self._turns and not self._paused and self._running is None:
            turn = self._turns.popleft()
            if isinstance(turn, Answer):
                self._write(turn)
            else:
                self._start(turn)
        if not self._turns:
            self._release("turns")

    async def _run(self, work: Exchange | Pacing) -> None:
        keep_alive = False
        try:
            keep_alive = await work.run()
        finally:
            self._running = None
            if not keep_alive:
                self._reader.stop()
                self._turns.clear()
                self._transport.close()
        self._advance()

    def _overfull(self, overfull: bool) -> None:
        """The service takes a body more slowly than the client sends it."""
        if overfull:
            self._hold("service")
        else:
            self._release("service")

    def _hold(self, why: str) -> None:
        if not self._holds:
            self._transport.pause_reading()
        self._holds.add(why)

    def _release(self, why: str) -> None:
        if why in self._holds:
            self._holds.discard(why)
            if not self._holds and not self._transport.is_closing():
                self._transport.resume_reading()

    def _write(self, answer: Answer) -> None:
        if answer.reset:
            self._transport.abort()
            return
        self._transport.write(answer.data)
        if answer.close:
            self._transport.close()

    def _acknowledge(self) -> None:
        """Acknowledge a part of a request at once.

        The kernel would wait 40 ms for an answer to send it with, and a client that sends head and body apart with
        Nagle's algorithm on (urllib3 through a proxy) waits for it before it sends the rest.
        """
        if _QUICKACK is not None and self._socket is not None:
            try:
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            except OSError:  # the client has gone
                self._socket = None

    def _refuse(self, status: int, reason: str) -> None:
        """End the connection at a request that cannot be answered: nobody may take what it did for a pass."""
        self._reader.stop()
        self._body.clear()
        self._lane.scope.traffic.fail(f"a client's request was refused with {status}: {reason}")
        if self._feed is not None:
            self._transport.abort()  # in the middle of a body on its way: the service must not see an end
            return
        self._finish(plain_response(status, _REASONS[status], f"recproxy: {reason}\n", close=True))

    def _misdirected(self) -> None:
        """A request for another profile's service, on a connection that cannot be handed on."""
        if self._roams:
            # It came behind another request in one packet: the client sends it again on a connection of its own.
            self._reader.stop()
            self._body.clear()
            self._finish(b"")
            return
        host = self._head.host.decode("latin-1")
        self._refuse(421, f"{host} is not served on a connection opened for {self._route.authority}")

    def _finish(self, data: bytes) -> None:
        self._take_turn(Answer(data, close=True))

    def _owned(self, head: Head) -> bool:
        """Whether a request is this profile's; the host last seen is not looked up again."""
        if self._route.any_host is not None:
            return True
        host = head.target if b"://" in head.target[:12] else head.host
        if host == self._owns or not host:
            return True
        authority = host.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0] if b"://" in host[:12] else host
        owned = self._lane.owns(authority_host(authority.decode("latin-1")))
        if owned:
            self._owns = host
        return owned

    def _stays(self, data: bytes) -> bool:
        """Whether the request that begins here is this profile's; else it is handed back, whole."""
        wants = sort(data)
        if isinstance(wants, Incomplete):
            self._held = data
            self._acknowledge()
            return False
        if isinstance(wants, Malformed):
            return True
        if isinstance(wants, Absolute | Origin) and (
            not wants.authority or self._lane.owns(authority_host(wants.authority))
        ):
            return True
        self._transport.pause_reading()
        self._hand_back(data)
        return False

    def _hand_back(self, data: bytes) -> None:
        """Give the connection back with the bytes it holds, once what was answered is on its way."""
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() or self._running is not None:
            asyncio.get_running_loop().call_later(_RETRY, self._hand_back, data)
            return
        descriptor = os.dup(self._socket.fileno())
        self._lane.hand_back(descriptor, data)
        self._transport.abort()
