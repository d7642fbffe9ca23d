"""The control address: HTTP and JSON, by which tests in any language open and end scopes.

Nothing is answered without the run's token, but whether the run is up. Reads requests with the same reader as the proxies; calls are few, so
each is a task.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from recproxy.control.acceptor import Acceptor
from recproxy.control.open_connections import OpenConnections, descriptor_share
from recproxy.control.sockets import hold_reading
from recproxy.errors import RecproxyError
from recproxy.http import Head, MalformedRequest, RequestReader, host_text
from recproxy.http.web_pages import foreign_host, foreign_page
from recproxy.orchestrator.access import OPEN_ACCESS, Access
from recproxy.orchestrator.control_calls import ControlCalls, ControlledRun
from recproxy.orchestrator.control_values import CallRefused
from recproxy.recording import Headers, header

__all__ = ["ControlAddress"]

#: Whether the process answers, and whether it takes tests: for those who start containers, and have no token.
_OPEN = (b"/health", b"/ready")
#: A call is a few hundred bytes; the limit keeps a mistaken client from filling the memory.
_LARGEST_BODY = 1 << 20
#: Bytes read from a caller at once.
_BUFFER = 1 << 16
#: What anybody can have kept who has no token: the bytes of a head, and calls that wait for their turn.
_LARGEST_HEAD = 1 << 14
_MOST_WAITING = 16
_CROWDED = "too many calls at once without the token: wait for the answer to each"
_REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    500: "Internal Server Error",
    403: "Forbidden",
    503: "Service Unavailable",
    405: "Method Not Allowed",
    421: "Misdirected Request",
}


class ControlAddress:
    """The control address of a run; `url` and `token` go into the environment."""

    def __init__(
        self,
        orchestrator: ControlledRun,
        listener: socket.socket,
        *,
        crowded: Callable[[], None] = lambda: None,
        idle_seconds: float = 0,
        access: Access = OPEN_ACCESS,
    ) -> None:
        """Serve on a listener."""
        self._access = access
        self._control_calls = ControlCalls(orchestrator)
        self._loop = asyncio.get_running_loop()
        self._calls: set[asyncio.Task[None]] = set()
        self._making: set[asyncio.Task[Any]] = set()
        #: Whether anybody with the run's token has called.
        self.was_called = False
        self._callers: OpenConnections[_Caller] = OpenConnections(
            self._loop, most=descriptor_share(0.125), seconds=idle_seconds, crowded=crowded
        )
        self.token = secrets.token_urlsafe(24)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{access.listening.host}:{self.port}"
        self._acceptor = Acceptor(self._loop, listener, self._arrived, self._callers.shed, access.admits)

    def _arrived(self, sock: socket.socket) -> None:
        names = self._access.listening.names
        made = self._loop.create_task(
            self._loop.connect_accepted_socket(
                lambda: _Caller(self._control_calls, self._authorized, self._calls, self._callers, names), sock
            )
        )
        self._making.add(made)
        made.add_done_callback(self._making.discard)

    def _authorized(self, given: bytes) -> bool:
        scheme, _, token = given.partition(b" ")  # the scheme's name in any case: RFC 9110 section 11.1
        is_right = scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self.token.encode())
        self.was_called |= is_right
        return is_right

    async def close(self) -> None:
        """Stop listening and drop calls that are under way."""
        self._acceptor.close()
        self._callers.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)


class _Caller(asyncio.BufferedProtocol):
    """One client of the control address; its calls are answered in order, and while it reads the answers."""

    def __init__(
        self,
        control_calls: ControlCalls,
        authorized: Callable[[bytes], bool],
        calls: set[asyncio.Task[None]],
        callers: OpenConnections[_Caller],
        names: tuple[str, ...] = (),
    ) -> None:
        self._names = names
        #: The Host header of its calls before, which is not foreign.
        self._host = b""
        self._was_heard = True
        self._has_token = False
        self._callers = callers
        self._control_calls = control_calls
        self._authorized = authorized
        self._calls = calls
        self._reader = RequestReader(self, head_limit=_LARGEST_HEAD)
        self._transport: asyncio.Transport
        self._buffer = memoryview(bytearray(_BUFFER))
        self._head: Head
        self._body = bytearray()
        self._body_size = 0
        #: Why the request that comes is not answered: nothing of its body is kept.
        self._refusal: CallRefused | None = None
        #: Calls, and at the end why there are no more.
        self._waiting: deque[tuple[Head, bytes] | CallRefused] = deque()
        self._call: asyncio.Task[None] | None = None
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._callers.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._callers.discard(self)
        self.resume_writing()  # what it asked for is still done

    def pause_writing(self) -> None:
        """Called by the loop: the caller does not read; its calls wait, and no more are taken."""
        self._is_paused = True
        self._steer()

    def resume_writing(self) -> None:
        """Called by the loop: the caller reads again."""
        self._is_paused = False
        self._go_on()

    @property
    def is_fresh(self) -> bool:
        """Whether it was heard from since this was set to false; who has the token may be silent as long as a test."""
        return self._was_heard or self._has_token

    @is_fresh.setter
    def is_fresh(self, value: bool) -> None:
        self._was_heard = value

    @property
    def is_idle(self) -> bool:
        """Whether no call is under way."""
        return self._call is None

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Called by the loop: where it puts what comes. By itself it would make a buffer each time, four times as large."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Called by the loop: so much has come."""
        self.is_fresh = True
        try:
            self._reader.feed(bytes(self._buffer[:nbytes]))
        except MalformedRequest as problem:
            self._refuse(CallRefused(400, problem.reason))

    def head_received(self, head: Head) -> None:
        """Called by the reader: whether the caller may ask is known now, before a byte of a body is kept."""
        self._head, self._body, self._body_size = head, bytearray(), 0
        self._refusal = self._refusal_of(head)
        if self._refusal is not None and head.expects:
            self._refuse(self._refusal)
        elif head.expects:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def body_received(self, piece: bytes) -> None:
        """Called by the reader."""
        self._body_size += len(piece)
        if self._body_size > _LARGEST_BODY:
            raise MalformedRequest(400, "the body is too large")
        if self._refusal is None and self._head.target not in _OPEN:  # those ask nothing that has a body
            self._body += piece

    def request_ended(self, trailers: Headers) -> None:
        """Called by the reader."""
        if self._refusal is None and not self._has_token and len(self._waiting) >= _MOST_WAITING:
            self._refusal = CallRefused(400, _CROWDED)
        if self._refusal is not None:
            self._refuse(self._refusal)
            return
        self._take((self._head, bytes(self._body)))
        self._body = bytearray()

    def _refuse(self, refusal: CallRefused) -> None:
        """Take no more from a caller, and end the connection once it is told why, behind the answers before."""
        self._reader.stop()
        self._take(refusal)

    def _take(self, call: tuple[Head, bytes] | CallRefused) -> None:
        self._waiting.append(call)
        self._go_on()

    def _go_on(self) -> None:
        """Answer the next call, if the one before is over; calls that wait are as many as came at once."""
        while self._waiting and self._call is None and not self._is_paused:
            asked = self._waiting.popleft()
            if isinstance(asked, CallRefused):
                self._reply(asked.status, {"error": str(asked)}, keep_alive=False)
                continue
            self._call = asyncio.get_running_loop().create_task(self._answer(*asked))
            self._calls.add(self._call)
            self._call.add_done_callback(self._answered)
        self._steer()

    def _answered(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._call = None
        if not call.cancelled():
            self._go_on()

    def _steer(self) -> None:
        """Read from the caller, or let it wait."""
        hold_reading(self._transport, holds=self._is_paused or bool(self._waiting))

    async def _answer(self, head: Head, body: bytes) -> None:
        try:
            status, value = await self._control_calls.answer(head, body)
        except CallRefused as refusal:
            status, value = refusal.status, {"error": str(refusal)}
        except RecproxyError as problem:
            status, value = 400, {"error": problem.message, "kind": type(problem).__name__}
        except Exception as problem:  # noqa: BLE001 - a caller that waits must be answered
            status, value = 500, {"error": f"{type(problem).__name__}: {problem}"}
        self._reply(status, value, keep_alive=head.keep_alive, head_only=head.method == b"HEAD")

    def _refusal_of(self, head: Head) -> CallRefused | None:
        """Why a request is not answered, whatever it asks for."""
        if head.host != self._host:
            if foreign_host(host_text(head.host), names=self._names):
                return CallRefused(421, "the Host header is not the control address: use the URL in RECPROXY_CONTROL")
            self._host = head.host
        if page := foreign_page(head.headers):
            return CallRefused(403, f"a web page of {page} must not use the control address")
        if head.target in _OPEN:
            return None
        if not self._authorized(header(head.headers, b"authorization") or b""):
            return CallRefused(401, "send the header Authorization: Bearer $RECPROXY_TOKEN")
        self._has_token = True
        return None

    def _reply(self, status: int, value: Mapping[str, Any], *, keep_alive: bool, head_only: bool = False) -> None:
        if self._transport.is_closing():
            return
        body = json.dumps(value).encode()
        close = b"" if keep_alive else b"Connection: close\r\n"
        head = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
        self._transport.write(
            head % (status, _REASONS[status].encode(), close, len(body)) + (b"" if head_only else body)
        )
        if not keep_alive:
            self._waiting.clear()
            self._transport.close()
