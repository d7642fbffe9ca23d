"""One connection of HTTP/1.1 to a service, with the state of its protocol. Knows sockets and h11, not what is recorded."""

from __future__ import annotations

import asyncio
import contextlib
import select
from typing import Protocol

import h11

from recproxy.control.sockets import reset_on_close
from recproxy.proxy.upstream_errors import ServiceClosed, UpstreamError, said

__all__ = ["HTTP2", "READ", "REPEATABLE", "Link", "ServiceLink"]

#: The version of responses that come on a stream, which has an end of its own.
HTTP2 = b"2.0"
#: So much is read at once.
READ = 65536
#: What may be asked twice, RFC 9110 section 9.2.2.
REPEATABLE = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE"))
_LARGEST_HEAD = 1 << 20  # bytes: far above what services send, and a service must not fill the memory
_NOT_IMPLEMENTED = 501  # what h11 hints at for a transfer coding that it does not undo
_CODING = "it has a Transfer-Encoding other than chunked"


class ServiceLink(Protocol):
    """What carries one request to a service, and its response back: a connection, or a stream of one.

    `used` says that the request may be asked once more if the service closes it without a response.
    """

    absolute: bool
    authorization: bytes
    http2: bool

    @property
    def used(self) -> bool:
        """Whether the service may have closed it before the request came."""

    async def send(self, event: h11.Event) -> None:
        """Send an event; waits while the service does not take what it was sent."""

    def event(self) -> object:
        """The next event of the response; NEED_DATA where more must be read. Raises UpstreamError."""

    async def read(self) -> None:
        """Wait for more of the response, or for its end. Raises UpstreamError."""

    async def receive(self) -> bytes:
        """More of the protocol that the service has turned to; empty at its end. Raises OSError where it is lost."""

    async def pass_on(self, data: bytes) -> None:
        """Send bytes of that protocol; waits while the service does not take them."""

    def fail(self, problem: UpstreamError) -> None:
        """Wait no longer: `read`, or `event` after it, raises the problem."""

    def break_off(self) -> None:
        """Drop it so that the service cannot take it for a proper end."""

    def close(self) -> None:
        """Drop it."""


class Link:
    """One connection to a service, with the state of its protocol.

    `absolute` says that requests go through the user's own proxy in absolute form, with this `authorization`; `used`,
    that one was answered; `http2`, that it is a stream; `heard`, that something of the answer has come.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, absolute: bool, authorization: bytes = b""
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.absolute = absolute
        self.authorization = authorization
        self.http2 = False
        self.used = False
        self.heard = False
        self._has_ended = self._has_turned = False
        self._poll: select.poll | None = None
        self.protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)

    @property
    def fresh(self) -> bool:
        """Whether it can take another request: it is open, and holds nothing that the last response did not need.

        What a service sends unasked (a 408 before it closes, a second response, a body where there is none) would be
        the response to the next request.
        """
        return self._is_open and not _has_more(self.reader) and not self._is_readable()

    @property
    def _is_open(self) -> bool:
        """Whether nothing is known yet that keeps it from another request."""
        return not self.reader.at_eof() and not self.writer.is_closing()

    async def send(self, event: h11.Event) -> None:
        """Send an event; waits while the service does not take what it was sent."""
        data = self.protocol.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    def event(self) -> object:
        """The next event of the response, as h11 names them; NEED_DATA where more must be read. Raises UpstreamError."""
        try:
            return self.protocol.next_event()
        except h11.RemoteProtocolError as problem:
            if self._has_ended:
                when = "in the middle of its answer" if self.heard else "without an answer"
                raise ServiceClosed(502, f"the service closed the connection {when}") from None
            # Behind the colon h11 quotes the line, which may hold what the service hands out.
            reason = _CODING if problem.error_status_hint == _NOT_IMPLEMENTED else str(problem).partition(":")[0]
            raise UpstreamError(502, f"the service's answer is no HTTP/1.1: {reason}") from None

    async def read(self) -> None:
        """Wait for more of the response, or for its end. Raises UpstreamError."""
        try:
            data = await self.reader.read(READ)
        except OSError as problem:
            raise ServiceClosed(502, f"the connection to the service broke: {said(problem)}") from None
        self.heard = self.heard or bool(data)
        self._has_ended = not data
        self.protocol.receive_data(data)

    async def receive(self) -> bytes:
        """More of the protocol that the service has turned to; empty at its end."""
        if not self._has_turned:
            self._has_turned = True
            if early := self.protocol.trailing_data[0]:
                return bytes(early)
        return await self.reader.read(READ)

    async def pass_on(self, data: bytes) -> None:
        """Send bytes of that protocol; waits while the service does not take them."""
        if data and not self.writer.is_closing():
            with contextlib.suppress(OSError):  # what it reads tells
                self.writer.write(data)
                await self.writer.drain()

    def fail(self, problem: UpstreamError) -> None:
        """Wait no longer: `read` raises the problem, and no other request goes this way."""
        self.reader.set_exception(problem)

    def break_off(self) -> None:
        """Drop it so that the service cannot take it for a proper end."""
        reset_on_close(self.writer.get_extra_info("socket"))
        self.writer.transport.abort()

    def finish(self) -> bool:
        """The request is answered: whether the connection may take another, if it is still `fresh` when that comes."""
        protocol = self.protocol
        if protocol.our_state is not h11.DONE or protocol.their_state is not h11.DONE or not self._is_open:
            return False
        if protocol.trailing_data != (b"", False):
            return False
        protocol.start_next_cycle()
        self.used = True
        self.heard = False
        return True

    def close(self) -> None:
        """Drop it."""
        self.writer.close()

    def _is_readable(self) -> bool:
        """Whether the kernel has bytes, or the end, that the event loop has not yet taken."""
        if self._poll is None:
            sock = self.writer.get_extra_info("socket")
            if sock is None or not hasattr(select, "poll"):
                return False
            self._poll = select.poll()
            self._poll.register(sock.fileno(), select.POLLIN)
        return bool(self._poll.poll(0))


def _has_more(reader: asyncio.StreamReader) -> bool:
    """Whether bytes, or the end, have been received that nobody has read: read once, without waiting."""
    reading = reader.read(1)
    try:
        reading.send(None)
    except (StopIteration, OSError, UpstreamError):
        return True
    reading.close()  # it would have to wait
    return False
