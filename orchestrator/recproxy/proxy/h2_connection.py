"""A client's connection that speaks HTTP/2: streams in, each an asker of its own, and their answers in turn.

Knows the transport and which streams are open; what frames mean is the peer's. Imported when the first connection
speaks HTTP/2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import h2.events

from recproxy.control.sockets import acknowledge
from recproxy.errors import defect_text
from recproxy.http import Head
from recproxy.http.h2.errors import Code, PeerError, StreamError
from recproxy.http.h2.fields import request_head, trailers
from recproxy.http.h2.frames import Leaving
from recproxy.http.h2.peer import MOST_STREAMS, Peer
from recproxy.http.h2c import H2C_ACCEPTED
from recproxy.proxy.connection_lane import ConnectionLane
from recproxy.proxy.h2_stream import H2Stream
from recproxy.proxy.ownership import Ownership
from recproxy.proxy.route import Route

__all__ = ["H2Connection"]

#: A client that reads nothing gets no more than so many bytes of what it did not ask for.
_LARGEST_BACKLOG = 1 << 20


class H2Connection(asyncio.Protocol):
    """One connection of a lane, taken over from HTTP/1.1 before a request was read on it, or with an `upgrade`.

    An `upgrade` is the first request and its HTTP2-Settings. Raises PeerError where those are not valid.
    """

    def __init__(self, lane: ConnectionLane[Any], route: Route, upgrade: tuple[Head, bytes] | None = None) -> None:
        self._lane = lane
        self._route = _of_http2(route)
        self._ownership = Ownership(self._route, lane.owns)
        self.peer = Peer(asyncio.get_running_loop().time, serving=True)
        self._streams: dict[int, H2Stream] = {}
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._socket: Any = None
        self._is_writable = True
        self._holds_flush = False
        #: Whether no stream may be opened any more: the connection ends with the last one.
        self._leaves = False
        self.is_fresh = True
        self._upgrade = upgrade
        self.peer.begin(upgrade[1] if upgrade is not None else None)
        self._events: dict[type, Callable[[Any], None]] = {
            h2.events.RequestReceived: self._request,
            h2.events.DataReceived: self._data,
            h2.events.TrailersReceived: self._trailers,
            h2.events.StreamEnded: self._ended,
            h2.events.StreamReset: self._reset,
            Leaving: self._leaving,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called when the transport is known."""
        self._transport = transport  # type: ignore[assignment]
        self._socket = transport.get_extra_info("socket")
        self._lane.connections.add(self)
        if self._upgrade is not None:
            self._transport.write(H2C_ACCEPTED)
            self._begin(1, self._upgrade[0]).ended()
        self.flush()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        self._lane.connections.discard(self)
        self._is_writable = False
        for stream in tuple(self._streams.values()):
            stream.lose()
        self._streams.clear()

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the client."""
        self.is_fresh = True
        self._holds_flush = True
        try:
            for event in self.peer.receive(data):
                if (take := self._events.get(type(event))) is not None:
                    take(event)
        except PeerError as problem:
            self._break(str(problem))
        except Exception as problem:  # noqa: BLE001 - told, and this connection's alone
            self.peer.leave(Code.INTERNAL_ERROR)
            self._break(defect_text(problem))
        finally:
            self._holds_flush = False
        self.flush()
        self._moved()
        acknowledge(self._socket)

    def eof_received(self) -> bool:
        """Called by the loop: the client sends no more; what it asked for is still answered, where TCP is half closed."""
        self._leaves = True
        return not self.is_idle and self._transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        """Called by the loop: the client does not read."""
        self._is_writable = False

    def resume_writing(self) -> None:
        """Called by the loop: the client reads again."""
        self._is_writable = True
        self.flush()
        self._moved()

    @property
    def is_idle(self) -> bool:
        """Whether no stream is open, and the client has all that it asked for."""
        return not self._streams and self.peer.is_quiet

    def leave(self) -> None:
        """The scope has ended: a client of HTTP/2 says itself when it does not want an answer any more."""

    def close(self) -> None:
        """Drop the connection."""
        if self.is_idle and not self._transport.is_closing():
            self.peer.leave()
            self.flush()
            self._transport.close()
        else:
            self._transport.abort()

    def retire(self) -> None:
        """End the connection as soon as nothing is under way on it; the client is told to open another one."""
        if not self._leaves:
            self._leaves = True
            self.peer.retire()
            self.flush()

    def forget_owner(self) -> None:
        """Other profiles own hosts now."""
        self._ownership.forget()

    def flush(self) -> None:
        """Send what there is to send, as far as the client reads."""
        if self._holds_flush or self._transport.is_closing():
            return
        while data := self.peer.output(bodies=self._is_writable):
            self._transport.write(data)
        if self._transport.get_write_buffer_size() > _LARGEST_BACKLOG:
            self._transport.abort()
        elif self._leaves and self.is_idle:
            self._transport.close()

    def done(self, stream: H2Stream) -> None:
        """A stream has its whole answer, or never will; what of it waits for windows is the peer's to send."""
        self._streams.pop(stream.number, None)

    def _request(self, event: h2.events.RequestReceived) -> None:
        number = event.stream_id
        if self._leaves or self.peer.open_streams > MOST_STREAMS:
            self.peer.reset(number, Code.REFUSED_STREAM)
            return
        try:
            head = request_head(event.headers, ends=event.stream_ended is not None)
        except StreamError as problem:
            self._malformed(number, problem)
            return
        self._begin(number, head)

    def _begin(self, number: int, head: Head) -> H2Stream:
        stream = self._streams[number] = H2Stream(self, number, head, self._lane, self._route, self._ownership)
        stream.begin(head)
        return stream

    def _data(self, event: h2.events.DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            self.peer.taken(event.stream_id, event.flow_controlled_length)
        else:
            stream.data_received(event.data, event.flow_controlled_length)

    def _trailers(self, event: h2.events.TrailersReceived) -> None:
        if (stream := self._streams.get(event.stream_id)) is None:
            return
        try:
            stream.trailers = trailers(event.headers)
        except StreamError as problem:
            self._malformed(event.stream_id, problem)
            stream.lose()

    def _ended(self, event: h2.events.StreamEnded) -> None:
        if (stream := self._streams.get(event.stream_id)) is not None:
            stream.ended()

    def _reset(self, event: h2.events.StreamReset) -> None:
        if (stream := self._streams.pop(event.stream_id, None)) is not None:
            stream.lose()
        if not event.remote_reset:
            self._lane.scope.traffic.fail("a client's stream of HTTP/2 was ended: it broke the rules of flow control")

    def _leaving(self, event: Leaving) -> None:
        self._leaves = True

    def _malformed(self, number: int, problem: StreamError) -> None:
        self._lane.scope.traffic.fail(f"a client's request of HTTP/2 was refused: {problem}")
        self.peer.reset(number, problem.code)

    def _break(self, why: str) -> None:
        """The client has broken the rules: it is told so, and so is the run."""
        self._lane.scope.traffic.fail(f"a client's connection of HTTP/2 was ended: {why}")
        for stream in tuple(self._streams.values()):
            stream.lose()
        self._holds_flush = False
        self.flush()
        self._transport.close()

    def _moved(self) -> None:
        for stream in tuple(self._streams.values()):
            stream.moved()


@lru_cache(maxsize=128)
def _of_http2(route: Route) -> Route:
    """A route whose requests come over HTTP/2: one object, so that what is known of requests is found by it."""
    return replace(route, http2=True)
