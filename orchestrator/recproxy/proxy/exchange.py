"""One request forwarded to the real service and its response on the way back, both streaming from the first byte.

It captures what passes and has it kept before the client sees the end, so that a finished interaction is safe before
the next begins. Knows h11's events; the client's socket and the service's are behind Downstream and Link.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import h11

from recproxy.http import Head, accepts, plain_response
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.capture import CODINGS_WE_DECODE, Captured, end_to_end, is_stream, request_of, response_of
from recproxy.proxy.route import Target
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream import Link, ServiceClosed, UpstreamError, Upstreams
from recproxy.recording import Headers, Interaction, header_values

__all__ = ["Downstream", "Exchange", "Keep"]

#: RFC 9110 section 9.2.2.
_REPEATABLE = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE"))
_REASONS = {502: "Bad Gateway", 504: "Gateway Timeout"}

#: Has an interaction kept that began at a moment; its end is awaited before the client sees the end of the response.
Keep = Callable[[Interaction, Traffic, float], Awaitable[None]]


class Downstream(Protocol):
    """The client's side of an exchange."""

    def write(self, data: bytes) -> None:
        """Send to the client."""

    async def drain(self) -> None:
        """Wait while the client does not read."""

    def abort(self) -> None:
        """Drop the connection: the response cannot be finished."""


class Exchange:
    """A request on its way; `run` returns whether the client's connection may go on."""

    def __init__(
        self,
        downstream: Downstream,
        upstreams: Upstreams,
        target: Target,
        head: Head,
        feed: BodyFeed,
        *,
        traffic: Traffic,
        scope: str,
        most: int,
        shown: Callable[[str], str],
        keep: Keep | None,
    ) -> None:
        self.feed = feed
        self._downstream = downstream
        self._upstreams = upstreams
        self._target = target
        self._head = head
        self._traffic = traffic
        self._scope = scope
        self._most = most
        self._shown = shown
        self._keep = keep
        self._captured: Captured | None = None
        self._answering = False
        self._finishing = False
        self._again = b""
        self._begun = time.monotonic()

    async def run(self) -> bool:
        """Forward, answer, keep."""
        self._traffic.begin()
        self._traffic.forwarded += 1
        try:
            return await self._forward()
        except UpstreamError as problem:
            self._fail(str(problem))
            if self._answering:
                self._downstream.abort()
                return False
            text = f"recproxy: {problem}\n"
            self._downstream.write(plain_response(problem.status, _REASONS[problem.status], text, close=True))
            return False
        except asyncio.CancelledError:
            await self._abandoned()
            raise
        except Exception as problem:  # noqa: BLE001 - the scope must not pass for good, nor the client wait
            self._fail(f"{type(problem).__name__}: a defect of recproxy")
            self._downstream.abort()
            return False
        finally:
            self._traffic.end(time.monotonic() - self._begun)

    def _fail(self, why: str) -> None:
        method, target = self._head.method.decode("ascii"), self._head.target.decode("ascii").partition("?")[0]
        url = self._shown(f"{self._target.scheme}://{self._target.authority}{_path(target)}")
        self._traffic.fail(f"{method} {url}: {why}")

    async def _forward(self) -> bool:
        # A kept connection may turn out to be closed after it took a request: only what may be asked twice goes there.
        link = await self._upstreams.link(self._target, fresh=self._head.method not in _REPEATABLE)
        try:
            return await self._over(link)
        except _Stale:
            # It was kept alive from before and the service had closed it: asking once more is safe.
            if not self.feed.whole:
                raise UpstreamError(502, f"{self._target.authority} closed the connection in the middle") from None
            self._again = self.feed.passed
            return await self._over(await self._upstreams.link(self._target, fresh=True))

    async def _over(self, link: Link) -> bool:
        sending = asyncio.create_task(self._send(link))
        try:
            return await self._receive(link, sending)
        except BaseException:
            link.close()
            raise
        finally:
            if not sending.done():
                sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError, h11.LocalProtocolError):
                await sending

    async def _send(self, link: Link) -> None:
        """The request; what breaks here shows itself as a response that does not come."""
        await link.send(self._request(link))
        if self._again:
            await link.send(h11.Data(data=self._again))
        while (piece := await self.feed.next()) is not None:
            await link.send(h11.Data(data=piece))
        await link.send(h11.EndOfMessage(headers=list(self.feed.trailers)))

    def _request(self, link: Link) -> h11.Request:
        target = _path(self._head.target.decode("ascii")).encode()
        if link.absolute:
            target = f"http://{self._target.authority}".encode() + target
        headers = [(b"Host", self._target.authority.encode())]
        headers += (
            line
            for line in end_to_end(self._head.headers)
            if line[0].lower() not in (b"host", b"expect", b"accept-encoding")
        )
        if link.authorization:
            headers.append((b"Proxy-Authorization", link.authorization))
        codings = self._codings()
        if codings is not None:
            headers.append((b"Accept-Encoding", codings))
        return h11.Request(method=self._head.method, target=target, headers=headers)

    def _codings(self) -> bytes | None:
        """The codings that both the client and the recording can do; None where the client named none."""
        values = header_values(self._head.headers, b"accept-encoding")
        if not values:
            return None
        accepted = b",".join(values)
        return ", ".join(coding for coding in CODINGS_WE_DECODE if accepts(coding, accepted)).encode() or b"identity"

    async def _receive(self, link: Link, sending: asyncio.Task[None]) -> bool:
        while True:
            event = await self._first(link, sending)
            if isinstance(event, h11.InformationalResponse):
                self._inform(event)
            elif isinstance(event, h11.Response):
                break
            else:
                raise UpstreamError(502, f"{self._target.authority} closed the connection without an answer")
        return await self._respond(link, event, sending)

    async def _first(self, link: Link, sending: asyncio.Task[None]) -> object:
        """The next event before the response; time counts only while no more of the request goes out."""
        while True:
            size = self.feed.size
            try:
                return await link.receive(self._upstreams.seconds)
            except ServiceClosed:
                if link.used:
                    raise _Stale from None
                raise
            except UpstreamError as problem:
                if problem.status != 504 or sending.done() or self.feed.size == size:
                    raise

    def _inform(self, event: h11.InformationalResponse) -> None:
        """An interim response; 100 was sent to whoever waited for it."""
        if event.status_code != 100 and not self._head.http10:
            lines = b"".join(b"%s: %s\r\n" % line for line in event.headers.raw_items())
            self._downstream.write(b"HTTP/1.1 %d %s\r\n%s\r\n" % (event.status_code, event.reason, lines))

    async def _respond(self, link: Link, event: h11.Response, sending: asyncio.Task[None]) -> bool:
        headers = end_to_end(tuple(event.headers.raw_items()))
        way = _Way(self._head, event.status_code, bytes(event.reason), headers)
        captured = Captured(event.status_code, bytes(event.reason), headers, time.monotonic() - self._begun, self._most)
        captured.closed = way.until_close and not way.chunked
        self._captured = captured
        self._answering = True
        held = way.head(keep_alive=self._head.keep_alive)
        if not way.ends_at_head:
            self._downstream.write(held)
            held = b""
        last = time.monotonic()
        while True:
            event_or_end = await link.receive(self._upstreams.seconds)
            if isinstance(event_or_end, h11.EndOfMessage):
                captured.trailers = tuple(event_or_end.headers.raw_items())
                break
            if not isinstance(event_or_end, h11.Data):
                raise UpstreamError(502, f"{self._target.authority} broke off in the middle of its answer")
            now = time.monotonic()
            piece = bytes(event_or_end.data)
            captured.add(piece, now - last, begins=event_or_end.chunk_start or not way.has_chunks)
            last = now
            data = way.piece(piece)
            if way.complete(captured.size):
                held = data
            else:
                self._downstream.write(data)
                await self._downstream.drain()
        self._finishing = True
        await asyncio.shield(self._kept(captured))
        self._downstream.write(held + way.end(captured.trailers))
        keep_alive = self._head.keep_alive and not way.until_close and self.feed.ended
        if sending.done():
            self._upstreams.give_back(self._target, link)
        else:
            link.close()  # the service answered before it had the whole request
        self._captured = None
        return keep_alive

    async def _abandoned(self) -> None:
        """The client has gone: what came of a stream is kept, since that is how streams are left."""
        captured = self._captured
        if self._finishing:
            return  # all of it had come: it is being kept, or is
        if captured is not None and is_stream(captured.headers):
            with contextlib.suppress(UpstreamError):
                await self._kept(captured)
        elif self._keep is not None:
            self._fail("the client went away before the answer was complete")

    async def _kept(self, captured: Captured) -> None:
        if self._keep is None:
            return
        url = f"{self._target.scheme}://{self._target.authority}{_path(self._head.target.decode('ascii'))}"
        body = self.feed.kept if self.feed.whole else b""
        request = request_of(self._recorded_head(), url, body, self.feed.trailers)
        if not self.feed.whole:
            request = replace(request, omitted=self.feed.size)
        interaction = Interaction(request=request, response=response_of(captured), scope=self._scope)
        await self._keep(interaction, self._traffic, self._begun)

    def _recorded_head(self) -> Head:
        """The head as the service saw it: over a base URL, the client's Host is a port of this run."""
        head = self._head
        authority = self._target.authority.encode()
        headers = tuple((name, authority if name.lower() == b"host" else value) for name, value in head.headers)
        return Head(head.method, head.target, headers, authority, head.http10, head.expects, head.keep_alive)


class _Stale(Exception):
    """A connection that was kept alive turned out to be closed."""


class _Way:
    """How a response is framed for this client."""

    def __init__(self, head: Head, status: int, reason: bytes, headers: Headers) -> None:
        self._status = status
        self._reason = reason
        self._headers = headers
        names = {name.lower(): value for name, value in headers}
        bodiless = head.method == b"HEAD" or status in (204, 304)
        self.has_chunks = has_chunks = b"chunked" in names.get(b"transfer-encoding", b"").lower()
        self._length = int(names.get(b"content-length", b"-1")) if not has_chunks else -1
        self.ends_at_head = bodiless or self._length == 0
        self.chunked = has_chunks and not bodiless and not head.http10
        self.until_close = not bodiless and not self.chunked and self._length < 0
        self._unframed = has_chunks and head.http10
        self._http10 = head.http10

    def head(self, *, keep_alive: bool) -> bytes:
        """The head for the client."""
        lines = [line for line in self._headers if not (self._unframed and line[0].lower() == b"transfer-encoding")]
        if self.until_close or not keep_alive:
            lines.append((b"Connection", b"close"))
        elif self._http10:
            lines.append((b"Connection", b"keep-alive"))
        text = b"".join(b"%s: %s\r\n" % line for line in lines)
        return b"HTTP/1.1 %d %s\r\n%s\r\n" % (self._status, self._reason, text)

    def piece(self, data: bytes) -> bytes:
        """A piece of the body for the client."""
        return b"%x\r\n%s\r\n" % (len(data), data) if self.chunked and data else data

    def complete(self, size: int) -> bool:
        """Whether the client knows, with so many bytes, that the body is complete."""
        return 0 <= self._length <= size

    def end(self, trailers: Headers) -> bytes:
        """What follows the last piece."""
        if not self.chunked:
            return b""
        return b"0\r\n" + b"".join(b"%s: %s\r\n" % line for line in trailers) + b"\r\n"


def _path(target: str) -> str:
    """The target in origin form."""
    if not target.startswith("/") and "://" in target.partition("?")[0]:
        rest = target.partition("://")[2]
        start = min((place for mark in "/?" if (place := rest.find(mark)) >= 0), default=len(rest))
        target = rest[start:]
    return target if target.startswith(("/", "*")) else f"/{target}"
