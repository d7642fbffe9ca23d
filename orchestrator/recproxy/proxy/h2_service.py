"""A connection of HTTP/2 to a service, shared by the requests of all clients.

Knows a reader and a writer and which streams are open; what frames mean is the peer's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import h2.events

from recproxy.http.h2.errors import Code, PeerError, StreamError
from recproxy.http.h2.fields import response_head, trailers
from recproxy.http.h2.frames import Leaving
from recproxy.http.h2.peer import Peer
from recproxy.proxy.h2_link import H2Link
from recproxy.proxy.link import READ, Link

__all__ = ["H2Service"]

#: Seconds that a connection has to show that it is alive, when a stream of it was given up on which nothing came.
_DOUBT_SECONDS = 5.0


class H2Service:
    """One connection; `gone` is called when no more streams can be opened on it."""

    def __init__(self, link: Link, scheme: str, gone: Callable[[H2Service], None]) -> None:
        self.scheme = scheme
        self.peer = Peer(asyncio.get_running_loop().time, serving=False)
        self._reader, self._writer = link.reader, link.writer
        self._gone = gone
        self._links: dict[int, H2Link] = {}
        self._opening: set[H2Link] = set()
        self._leaves = False
        #: How many times data came; and whether the service may be gone: a firewall may have forgotten the connection,
        #: and each request on it would wait until its timeout.
        self.heard = 0
        self._is_doubted = False
        #: Whether the first frame of the service was one of HTTP/2.
        self._greeted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._handlers: dict[type, Callable[[Any], None]] = {
            h2.events.RemoteSettingsChanged: self._greet,
            h2.events.InformationalResponseReceived: self._head,
            h2.events.ResponseReceived: self._head,
            h2.events.DataReceived: self._piece,
            h2.events.TrailersReceived: self._trailers,
            h2.events.StreamEnded: self._ended,
            h2.events.StreamReset: self._reset,
            Leaving: self._leaving,
        }
        self._trailers_of: dict[int, Any] = {}
        self.peer.begin()
        self.flush()
        self._reading = asyncio.ensure_future(self._read())

    @property
    def has_room(self) -> bool:
        """Whether another stream can be opened."""
        return not (self._leaves or self._is_doubted) and len(self._links) + len(self._opening) < self.peer.most_streams

    @property
    def is_idle(self) -> bool:
        """Whether no stream is open."""
        return not (self._links or self._opening)

    async def greeted(self, seconds: float) -> bool:
        """Wait for the service's first frame; whether it was one. The connection ends where it was not."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._greeted)
        return False

    def link(self, *, again: bool) -> H2Link:
        """A stream that is not open yet."""
        link = H2Link(self, again=again)
        self._opening.add(link)
        return link

    def opened(self, link: H2Link) -> None:
        """A stream has its number."""
        self._opening.discard(link)
        self._links[link.stream] = link

    def forget(self, link: H2Link) -> None:
        """A stream is over."""
        self._opening.discard(link)
        self._links.pop(link.stream, None)
        self._trailers_of.pop(link.stream, None)
        if self._leaves and self.is_idle:
            self._writer.close()

    def flush(self) -> None:
        """Send what there is to send."""
        if self._writer.is_closing():
            return
        while data := self.peer.output():
            self._writer.write(data)
        for link in tuple(self._links.values()):
            link.moved()

    async def drain(self) -> None:
        """Wait while the service does not read."""
        await self._writer.drain()

    def doubt(self) -> None:
        """A stream was given up on which nothing had come for long: no other is opened until something comes."""
        if self._leaves or self._is_doubted:
            return
        self._is_doubted = True
        self.peer.ping()
        self.flush()
        asyncio.get_running_loop().call_later(_DOUBT_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self._is_doubted:
            self.close()

    def close(self) -> None:
        """Drop it."""
        self._leave()
        self.peer.leave()
        self.flush()
        self._writer.close()
        self._reading.cancel()

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(READ):
                self.heard += 1
                self._is_doubted = False
                for event in self.peer.receive(data):
                    if (handle := self._handlers.get(type(event))) is not None:
                        handle(event)
                self.flush()
        except PeerError as problem:
            for link in tuple(self._links.values()):
                link.malformed(str(problem))
            self.flush()
        except OSError:
            pass
        finally:
            self._leave()
            for link in (*self._links.values(), *self._opening):
                link.lost()
            self._writer.close()

    def _leave(self) -> None:
        self._leaves = True
        self._gone(self)
        if not self._greeted.done():
            self._greeted.set_result(False)

    def _greet(self, event: h2.events.RemoteSettingsChanged) -> None:
        if not self._greeted.done():
            self._greeted.set_result(True)

    def _head(self, event: Any) -> None:
        if (link := self._links.get(event.stream_id)) is None:
            return
        try:
            link.head_received(*response_head(event.headers))
        except StreamError as problem:
            self._malformed(link, problem)

    def _piece(self, event: h2.events.DataReceived) -> None:
        if (link := self._links.get(event.stream_id)) is None:
            self.peer.taken(event.stream_id, event.flow_controlled_length)
        else:
            link.piece_received(event.data, event.flow_controlled_length)

    def _trailers(self, event: h2.events.TrailersReceived) -> None:
        if (link := self._links.get(event.stream_id)) is None:
            return
        try:
            self._trailers_of[event.stream_id] = trailers(event.headers)
        except StreamError as problem:
            self._malformed(link, problem)

    def _ended(self, event: h2.events.StreamEnded) -> None:
        if (link := self._links.get(event.stream_id)) is not None:
            link.ended(self._trailers_of.pop(event.stream_id, ()))

    def _reset(self, event: h2.events.StreamReset) -> None:
        if (link := self._links.get(event.stream_id)) is None:
            return
        if event.error_code in (Code.REFUSED_STREAM, Code.HTTP_1_1_REQUIRED):
            link.refuse()
        else:
            link.broken(int(event.error_code))

    def _leaving(self, event: Leaving) -> None:
        self._leaves = True
        self._gone(self)
        for number, link in tuple(self._links.items()):
            if number > event.last:
                link.refuse()
        if self.is_idle:
            self._writer.close()

    def _malformed(self, link: H2Link, problem: StreamError) -> None:
        self.peer.reset(link.stream, problem.code)
        link.malformed(str(problem))
