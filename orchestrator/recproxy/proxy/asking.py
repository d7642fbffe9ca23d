"""A recorded request asked of its service once more, over the same connections as when it was recorded."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

import h11

from recproxy.grpc.bodies import on_the_wire
from recproxy.http import DEFAULT_PORTS, Head, split_authority
from recproxy.proxy.capture import Captured, response_of
from recproxy.proxy.link import ServiceLink
from recproxy.proxy.outgoing import NotSendable, outgoing_request
from recproxy.proxy.raced_request import RacedRequest
from recproxy.proxy.route import Target
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Request, Response, encode
from recproxy.recording.message_coding import is_call

__all__ = ["ask"]

_BODILESS = ("GET", "HEAD", "OPTIONS", "DELETE")
_FRAMING = (b"content-length", b"transfer-encoding", b"connection", b"host")


async def ask(upstreams: Upstreams, request: Request, *, most: int, declared: bool = False) -> Response:
    """The answer of the service, as it would be recorded; of a body above `most` bytes only the size.

    `declared` says that the profile calls it a stream, which need not end.

    Raises:
        UpstreamError: there is none; the text says why.
    """
    parts = urlsplit(request.url)
    host, port = split_authority(parts.netloc.rpartition("@")[2], DEFAULT_PORTS.get(parts.scheme, 443))
    target = Target(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme])
    link = await upstreams.link(target, fresh=True, http2=is_call(request.headers) or _is_of_http2(request))
    asked = RacedRequest(seconds=upstreams.seconds, progress=lambda: 0)
    asked.begin(link, _send(link, request, target))
    try:
        captured = await _answer(asked, most, upstreams.seconds, declared=declared)
    except NotSendable as problem:
        raise UpstreamError(problem.status, f"the request cannot be sent: {problem}") from None
    finally:
        await asked.stop_sending()
        link.close()
    return response_of(captured)


def _is_of_http2(request: Request) -> bool:
    """Whether a request came over HTTP/2, as far as its recording says so: its headers have small letters only.

    If it came over HTTP/1.1 from a client that writes them so, its service may be asked over HTTP/2 all the same.
    """
    is_small = all(name.islower() for name, _ in request.headers)
    return is_small and bool(request.headers) and request.url.startswith("https:")


async def _send(link: ServiceLink, request: Request, target: Target) -> None:
    parts = urlsplit(request.url)
    request = on_the_wire(request)
    body = encode(request.body, request.encoding) if request.encoding else request.body
    headers = [line for line in request.headers if line[0].lower() not in _FRAMING]
    if body or request.method not in _BODILESS:
        headers.append((b"Content-Length", str(len(body)).encode()))
    if is_call(request.headers):  # not recorded, because it is of one connection; servers look for it
        headers.append((b"TE", b"trailers"))
    place = f"{parts.path or '/'}?{parts.query}" if "?" in request.url else parts.path or "/"
    head = Head(
        method=request.method.encode("ascii"),
        target=place.encode("utf-8", "surrogateescape"),
        headers=tuple(headers),
        host=target.authority.encode(),
        http10=False,
        expects=False,
        keep_alive=False,
    )
    await link.send(outgoing_request(head, target, link))
    if body:
        await link.send(h11.Data(data=body))
    await link.send(h11.EndOfMessage())


async def _answer(asked: RacedRequest, most: int, seconds: float | None, *, declared: bool) -> Captured:
    """The response as far as it came: a stream need not end."""
    begun = time.monotonic()
    event: object = None
    while not isinstance(event := await asked.next(), h11.Response):
        pass
    captured = Captured(
        status=event.status_code,
        reason=bytes(event.reason),
        headers=tuple((bytes(name), bytes(value)) for name, value in event.headers.raw_items()),
        delay=time.monotonic() - begun,
        most=most,
        declared=declared,
    )
    try:
        async with asyncio.timeout(seconds):
            while isinstance(event := await asked.next(), h11.Data):
                captured.add(bytes(event.data), 0.0)
            if isinstance(event, h11.EndOfMessage):
                captured.trailers = tuple((bytes(name), bytes(value)) for name, value in event.headers.raw_items())
    except TimeoutError:
        if not captured.is_stream:
            raise UpstreamError(504, f"the answer was not complete after {seconds:g} s") from None
    return captured
