"""One stream to a service, with the face of a link of HTTP/1.1: messages in and out are h11's events.

So an exchange, its conversation and its relay know nothing of HTTP/2. Request and response pass at the same time, both
as far as the windows are open. Knows its connection; no socket.
"""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus
from typing import Protocol

import h11

from recproxy.http.h2.errors import Code
from recproxy.http.h2.fields import FieldBlock, request_fields
from recproxy.http.h2.peer import Peer
from recproxy.proxy.link import HTTP2, REPEATABLE
from recproxy.proxy.upstream_errors import ServiceClosed, UpstreamError
from recproxy.recording import Headers

__all__ = ["H2Link", "LinkOwner"]

#: Bytes that wait for the service's windows before no more of the request is taken.
_HIGH_WATER = 1 << 17
_SWITCHING = 101
#: A service that says nothing for so many seconds may be gone.
_LONG = 1.0


class LinkOwner(Protocol):
    """The connection of a stream."""

    peer: Peer
    scheme: str
    heard: int

    def flush(self) -> None:
        """Send what there is to send."""

    async def drain(self) -> None:
        """Wait while the service does not read."""

    def opened(self, link: H2Link) -> None:
        """A stream has its number."""

    def doubt(self) -> None:
        """A stream was given up on which nothing had come for long."""

    def forget(self, link: H2Link) -> None:
        """A stream is over."""


class H2Link:
    """A stream that is opened by the head of its request; what is asked `again` is not asked a third time."""

    def __init__(self, owner: LinkOwner, *, again: bool) -> None:
        self.absolute, self.authorization, self.http2 = False, b"", True
        self._owner = owner
        self._peer = owner.peer
        self._again = again
        self.stream = 0
        self.heard = False
        #: Whether the service has said that it did nothing with the request, or its connection was kept from before.
        self._was_refused = False
        self._is_repeatable = False
        self._fields: FieldBlock = []
        #: Events of the response, each with the size by which it shrank our window.
        self._events: deque[tuple[h11.Event, int]] = deque()
        self._failure: UpstreamError | None = None
        self._wake = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_sent_all = self._has_all = False
        #: How many times the connection had received data when this stream was opened, and when it was opened.
        self._heard_before, self._opened = 0, 0.0
        #: Whether it asks for a WebSocket (RFC 8441), so that its head does not end it; and whether the service has agreed.
        self._upgrades = self._has_turned = False

    @property
    def used(self) -> bool:
        """Whether the request may be asked once more on another stream, if this one ends without a response."""
        return not self._again and not self.heard and (self._was_refused or self._is_repeatable)

    async def send(self, event: h11.Event) -> None:
        """Send an event; waits while the service opens no window."""
        if isinstance(event, h11.Request):
            headers: Headers = tuple(event.headers.raw_items())
            authority = next((value for name, value in headers if name.lower() == b"host"), b"")
            self._upgrades = any(name.lower() == b"upgrade" for name, _ in headers)
            self._is_repeatable = event.method in REPEATABLE
            self._fields = request_fields(event.method, self._owner.scheme, authority, event.target, headers)
            # The request may end at once, and then its head says so.
            asyncio.get_running_loop().call_soon(self._open)
        elif isinstance(event, h11.Data):
            self._open()
            self._peer.send_piece(self.stream, bytes(event.data))
            self._owner.flush()
            await self._room()
        elif isinstance(event, h11.EndOfMessage) and self._upgrades:
            self._open()
        elif isinstance(event, h11.EndOfMessage):
            self._has_sent_all = True
            trailers = tuple(event.headers.raw_items())
            if self._fields and not trailers:
                self._open(ends=True)
            else:
                self._open()
                self._peer.send_end(self.stream, trailers)
            self._owner.flush()
            await self._owner.drain()

    def event(self) -> object:
        """The next event of the response, as h11 names them; NEED_DATA where more must come. Raises UpstreamError."""
        if self._events:
            event, size = self._events.popleft()
            if size:
                self._peer.taken(self.stream, size)
                self._owner.flush()
            return event
        if self._failure is not None:
            raise self._failure
        return h11.NEED_DATA

    async def read(self) -> None:
        """Wait for more of the response, or for its end."""
        self._wake.clear()
        if not self._events and self._failure is None:
            await self._wake.wait()

    async def receive(self) -> bytes:
        """More of a WebSocket; empty at its end. Raises ConnectionError where the service breaks it off."""
        try:
            while (event := self.event()) is h11.NEED_DATA:
                await self.read()
        except UpstreamError as problem:
            raise ConnectionError(str(problem)) from None
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    async def pass_on(self, data: bytes) -> None:
        """Send bytes of a WebSocket; waits while the service opens no window."""
        if data and not self._has_sent_all:
            await self.send(h11.Data(data=data))

    def break_off(self) -> None:
        """Have the service see that it breaks off."""
        self._has_turned = False
        self.close()

    def close(self) -> None:
        """Drop it: if anything of it is missing, the service is told that nobody waits for that."""
        self._fields = []
        if self.stream and self._has_turned and not self._has_sent_all:
            self._end()
        elif self.stream and not (self._has_all and self._has_sent_all):
            self._peer.reset(self.stream, Code.CANCEL)
            if self._owner.heard == self._heard_before and asyncio.get_running_loop().time() > self._opened + _LONG:
                self._owner.doubt()
            self._owner.flush()
        self._has_all = self._has_sent_all = True
        self._release()
        self._owner.forget(self)

    def _open(self, *, ends: bool = False) -> None:
        if not self._fields:
            return
        fields, self._fields = self._fields, []
        self.stream = self._peer.next_stream()
        self._owner.opened(self)
        self._heard_before, self._opened = self._owner.heard, asyncio.get_running_loop().time()
        if not self._peer.send_head(self.stream, fields, ends=ends):
            self.refuse()
        self._owner.flush()

    async def _room(self) -> None:
        while self._failure is None and self._peer.waiting(self.stream) > _HIGH_WATER:
            self._has_room.clear()
            await self._has_room.wait()
        await self._owner.drain()

    def _end(self) -> None:
        """End a WebSocket behind all that it was sent; what the service may still say is not waited for."""
        self._peer.send_end(self.stream)
        self._owner.flush()
        if not self._has_all and not self._peer.waiting(self.stream):
            self._peer.reset(self.stream, Code.NO_ERROR)
            self._owner.flush()

    def _release(self) -> None:
        size = sum(size for _, size in self._events)
        self._events.clear()
        if size:
            self._peer.taken(self.stream, size)
            self._owner.flush()

    # What the connection tells.

    def moved(self) -> None:
        """Some of the request was sent."""
        if self._peer.waiting(self.stream) <= _HIGH_WATER:
            self._has_room.set()

    def head_received(self, status: int, headers: Headers) -> None:
        """A head of the response, or an interim one."""
        try:
            if self._upgrades and 200 <= status < 300:
                status, self._has_turned = _SWITCHING, True
            event: h11.Event = (
                h11.InformationalResponse(status_code=status, headers=list(headers), http_version=HTTP2)
                if status < 200
                else h11.Response(status_code=status, headers=list(headers), http_version=HTTP2, reason=_reason(status))
            )
        except h11.LocalProtocolError:
            self.malformed("it has a header that HTTP does not allow")
            return
        self._add(event)

    def piece_received(self, piece: bytes, size: int) -> None:
        """A piece of the response's body, for which our window shrank by `size`."""
        if piece:
            self._add(h11.Data(data=piece, chunk_start=True, chunk_end=True), size)
        else:
            self._peer.taken(self.stream, size)

    def ended(self, trailers: Headers) -> None:
        """The response is complete."""
        self._has_all = True
        self._add(h11.EndOfMessage(headers=list(trailers)))

    def refuse(self) -> None:
        """The service has done nothing with the request."""
        self._was_refused = True
        self._has_all = self._has_sent_all = True
        self.fail(ServiceClosed(502, "the service refused the stream"))

    def malformed(self, reason: str) -> None:
        """The service's response is none."""
        self.fail(UpstreamError(502, f"the service's answer is no HTTP/2: {reason}"))

    def broken(self, code: int) -> None:
        """The service has broken the stream off."""
        if self._has_all:
            self._has_sent_all = True  # it does not want the rest of the request
            self._has_room.set()
            return
        self._has_all = self._has_sent_all = True
        name = Code(code).name if code in Code._value2member_map_ else f"error {code}"
        self.fail(UpstreamError(502, f"the service broke its answer off with {name}"))

    def lost(self) -> None:
        """The connection is lost."""
        when = "in the middle of its answer" if self.heard else "without an answer"
        self._has_sent_all = True
        if not self._has_all:
            self.fail(ServiceClosed(502, f"the service closed the connection {when}"))
        self._has_room.set()

    def fail(self, failure: UpstreamError) -> None:
        """No more of the response comes."""
        self._failure = self._failure or failure
        self._wake.set()
        self._has_room.set()

    def _add(self, event: h11.Event, size: int = 0) -> None:
        if self._failure is not None:  # what follows a malformed head is none
            self._peer.taken(self.stream, size)
            return
        self.heard = True
        self._events.append((event, size))
        self._wake.set()


def _reason(status: int) -> bytes:
    """The usual words for a status: HTTP/2 has none, and a recording reads better with them."""
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
