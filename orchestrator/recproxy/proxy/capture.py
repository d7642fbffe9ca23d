"""What passed between a client and a service, put together as an interaction.

Pure: heads, payloads and moments in, values out. Undoes content codings where the bytes can be made again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import field, replace
from typing import TypedDict

from recproxy.http import HOP_BY_HOP, Head
from recproxy.http.received import without_coding
from recproxy.http.websocket.handshake import HANDSHAKE_HEADERS
from recproxy.lazy.dataclass import dataclass
from recproxy.play.body_digests import tells_digest
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.route import Target, origin_form, websocket_url
from recproxy.recording import Chunk, Headers, Interaction, Request, Response, header, header_values
from recproxy.recording.codings import is_read_alike
from recproxy.recording.message_coding import is_call, is_in_text
from recproxy.recording.streams import is_stream
from recproxy.recording.values import CUT_SHORT
from recproxy.recording.wildcard import unused

__all__ = [
    "CODINGS_WE_DECODE",
    "Captured",
    "ResponseCounts",
    "call_of",
    "counts_of",
    "cut_short",
    "end_to_end",
    "interaction_of",
    "may_be_left",
    "messages_passed",
    "passed",
    "request_as_sent",
    "request_of",
    "response_of",
]

CODINGS_WE_DECODE = ("gzip", "deflate", "br", "zstd")
#: On the way to a service also the login at a proxy.
_HOP_BY_HOP = HOP_BY_HOP | {b"proxy-authenticate", b"proxy-authorization"}
#: What nobody may take away by naming it in Connection.
_FRAMING = frozenset((b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization"))
#: Pieces of a response that are kept apart: a service may send each byte as one.
_MOST_PIECES = 1 << 16


class ResponseCounts(TypedDict, total=False):
    """What is counted of a response: its status, its size in bytes, and the seconds to its head."""

    status: int
    size: int
    waited: float


@dataclass(slots=True)
class Captured:
    """A response as it comes: `gaps` are the seconds before each piece, kept for streams only.

    `declared` says that its profile calls it a stream. `announced` is the size that its head says its body has; 0 where
    it says none. `was_left` says that the client left a stream, which would have gone on. Of a call of gRPC, `order` has
    for each piece its place in the body and how much of the request the service had.
    """

    status: int
    reason: bytes
    headers: Headers
    delay: float
    most: int
    declared: bool = False
    body: list[bytes | bytearray] = field(default_factory=list)
    size: int = 0
    gaps: list[tuple[int, float]] = field(default_factory=list)
    closed: bool = False
    announced: int = 0
    was_left: bool = False
    trailers: Headers = ()
    order: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_stream(self) -> bool:
        """Whether its profile or its content type calls it a stream."""
        return self.declared or is_stream(self.headers)

    @property
    def counts(self) -> ResponseCounts:
        """What is counted of it."""
        return {"status": self.status, "size": self.size, "waited": self.delay}

    def add(self, piece: bytes, gap: float, *, begins: bool = True) -> None:
        """Take a piece of the body, the rest of one where it does not begin there; too large a body is only counted."""
        self.size += len(piece)
        if self.size <= self.most:
            if len(self.body) < _MOST_PIECES:
                self.body.append(piece)
            else:
                last = self.body[-1]
                self.body[-1] = last = last if isinstance(last, bytearray) else bytearray(last)
                last += piece
            if (begins or not self.gaps) and len(self.gaps) < _MOST_PIECES:
                self.gaps.append((len(piece), gap))
            else:
                size, before = self.gaps[-1]
                self.gaps[-1] = (size + len(piece), before)
        else:
            self.body.clear()
            self.gaps.clear()


def counts_of(captured: Captured | None, status: int) -> ResponseCounts:
    """What is counted of a response, or of what the client got instead, with this status."""
    return captured.counts if captured is not None else {"status": status}


def end_to_end(headers: Headers) -> Headers:
    """The headers that are not about one connection: neither by their name, nor named by Connection."""
    named = {
        word.strip().lower() for value in header_values(headers, b"connection") for word in value.split(b",")
    } - _FRAMING
    return tuple(line for line in headers if (lower := line[0].lower()) not in _HOP_BY_HOP and lower not in named)


def may_be_left(captured: Captured) -> bool:
    """Whether a response is a call's or a stream, also one that says it is JSON: chunks of whole lines, each JSON or blank."""
    if captured.is_stream or is_call(captured.headers):
        return True
    if captured.announced or b"json" not in (header(captured.headers, b"content-type") or b"").lower():
        return False
    if not captured.body or not all(piece.endswith(b"\n") for piece in captured.body):
        return False
    try:
        for line in b"".join(captured.body).splitlines():
            json.loads(line or b"0")
    except (ValueError, RecursionError):
        return False
    return True


def interaction_of(head: Head, target: Target, feed: BodyFeed, captured: Captured, *, scope: str) -> Interaction:
    """A request as far as it was sent, and its response."""
    request = request_as_sent(head, target, feed)
    comments: tuple[str, ...] = ()
    if is_call(head.headers) and feed.whole:
        return call_of(request, response_of(captured), captured.order, scope=scope)
    if not feed.ended:
        request, comments = cut_short(request), (CUT_SHORT,)
    elif not feed.whole:
        request = replace(request, omitted=feed.size)
    return Interaction(request=request, response=response_of(captured), scope=scope, comments=comments)


def passed(head: Head, target: Target, feed: BodyFeed, captured: Captured | None) -> Interaction:
    """What a request and its response show, as far as they came."""
    if captured is None:
        return Interaction(request=request_as_sent(head, target, feed), response=Response(status=0, wild="XXX"))
    return interaction_of(head, target, feed, captured, scope="")


def messages_passed(head: Head, feed: BodyFeed, captured: Captured | None) -> int:
    """How many messages of a call of gRPC went either way; those of bodies that are too large to be kept are not counted."""
    if not is_call(head.headers):
        return 0
    from recproxy.grpc.bodies import message_count  # noqa: PLC0415 - most services have no gRPC

    asked = Request(method="POST", url="", headers=head.headers, body=feed.kept if feed.whole else b"")
    said = b"".join(captured.body) if captured is not None else b""
    return message_count(asked) + message_count(replace(asked, body=said))


def request_as_sent(head: Head, target: Target, feed: BodyFeed) -> Request:
    """A request as the service saw it. Over a base URL, the client's Host is a port of this run: the service saw its own."""
    host = target.authority.encode()
    headers: Headers = tuple((name, host if name.lower() == b"host" else value) for name, value in head.headers)
    url = f"{target.scheme}://{target.authority}{origin_form(head.target.decode('ascii'))}"
    body = feed.kept if feed.whole and not head.upgrades else b""
    asked = websocket_url(url) if head.upgrades else url
    found = request_of(replace(head, headers=headers, host=host), asked, body, feed.trailers)
    if not head.upgrades:
        return found
    return replace(found, headers=tuple(line for line in found.headers if line[0].lower() not in HANDSHAKE_HEADERS))


def call_of(request: Request, response: Response, order: list[tuple[int, int]], *, scope: str) -> Interaction:
    """A call of gRPC: of its messages those that came whole, and in which order both sides spoke."""
    from recproxy.grpc.order import message_order, whole_frames  # noqa: PLC0415 - most services have no gRPC

    if request.encoding is None and not is_in_text(request.headers):
        request = replace(request, body=whole_frames(request.body))
        response = replace(response, after=message_order(request.body, response.body, order))
    return Interaction(request=request, response=response, scope=scope)


def request_of(head: Head, url: str, body: bytes, trailers: Headers) -> Request:
    """The request as it is recorded: all literal, its payload readable."""
    payload, encoding = without_coding(body, head.headers)
    return Request(
        method=head.method.decode("ascii"),
        url=url,
        headers=tuple(line for line in end_to_end(head.headers) if line[0].lower() != b"expect"),
        body=payload,
        encoding=encoding,
        trailers=trailers,
        wild=None,
    )


def cut_short(request: Request) -> Request:
    """A request that its client did not send whole, because the answer was there: any body matches.

    How much of it had gone out is chance, so nothing of it is recorded.
    """
    url = request.url.encode("ascii", "surrogateescape")
    word = unused(url, *(value for _, value in (*request.headers, *request.trailers)))
    return replace(request, body=word.encode(), encoding=None, wild=word)


def response_of(captured: Captured) -> Response:
    """The response as it is recorded."""
    whole = captured.size <= captured.most
    stream = captured.was_left or captured.is_stream
    body = b"".join(captured.body)
    payload, encoding = body, None
    if not stream and not _is_covered(body, captured.headers):
        payload, encoding = without_coding(body, captured.headers)
        if encoding is not None and not is_read_alike(body, payload, encoding):
            payload, encoding = body, None
    return Response(
        status=captured.status,
        reason=captured.reason,
        headers=captured.headers,
        body=payload,
        encoding=encoding,
        framing="close" if captured.closed else None,
        trailers=captured.trailers,
        delay=round(captured.delay, 3) if stream else 0.0,
        chunks=tuple(Chunk(size=size, gap=round(gap, 3)) for size, gap in captured.gaps) if stream else (),
        omitted=None if whole else captured.size,
        wild=None,
    )


def _is_covered(body: bytes, headers: Headers) -> bool:
    """Whether a header of the response is a checksum of the coded bytes: coding again would give others."""
    if header(headers, b"content-encoding") is None:
        return False
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest().encode()  # as ETags of object stores are
    return any(
        tells_digest(name.lower()) or (name.lower() == b"etag" and digest in value.lower()) for name, value in headers
    )
