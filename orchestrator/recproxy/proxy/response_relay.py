"""One response of a service on its way to a client: captured as it came, and framed for this client.

Knows no stage of the exchange, and not whether the response is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import h11

from recproxy.http import Head, ResponseFraming
from recproxy.http.refusals import UNAVAILABLE, status_lines
from recproxy.lazy.patterns import lazy_pattern
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.capture import Captured, end_to_end
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.link import HTTP2
from recproxy.proxy.raced_request import RacedRequest
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import header
from recproxy.recording.message_coding import is_call

__all__ = ["CLIENT_LEFT", "ResponseRelay", "interim_head"]

CLIENT_LEFT = "the client went away before the answer was complete"
#: h11 lets them pass in a reason, which has no place for them. RFC 9112 section 4.
_MOST_MARKS = 1 << 17
_CONTROL = lazy_pattern(rb"[\x00-\x08\x0a-\x1f\x7f]")


class ResponseRelay:
    """Passes one response on; `captured` is what came of it so far.

    Args:
        event: its head.
        head: the request that it answers.
        begun: when that came, by the monotonic clock.
        most: how much of a body is captured.
        streams: whether the profile says that it is a stream.
        http2: whether the client gets it on a stream of HTTP/2.
        feed: the body of the request.
    """

    def __init__(
        self,
        event: h11.Response,
        head: Head,
        feed: BodyFeed,
        *,
        begun: float,
        most: int,
        streams: bool,
        http2: bool,
    ) -> None:
        headers = end_to_end(tuple(event.headers.raw_items()))
        reason = _CONTROL.sub(b" ", bytes(event.reason))
        self._framing = ResponseFraming(
            event.status_code, headers, head_only=head.method == b"HEAD", http10=head.http10, http2=http2
        )
        self._keep_alive = head.keep_alive
        self._most = most
        self._feed = feed
        #: Whether the request is a call of gRPC.
        self.is_call = is_call(head.headers)
        self._is_call_over_http2 = self.is_call and http2
        #: A call that fails at once has its status in the head, and a client expects nothing behind it.
        self._is_status_alone = self.is_call and any(name.lower() == b"grpc-status" for name, _ in headers)
        self.captured = Captured(event.status_code, reason, headers, time.monotonic() - begun, most, streams)
        self.captured.closed = self._framing.is_closed_by_service and event.http_version != HTTP2
        self.captured.announced = max(self._framing.length, 0)

    @property
    def ends_at_head(self) -> bool:
        """Whether the client has the whole response when it has the head."""
        return self._framing.ends_at_head or self._is_status_alone

    @property
    def goes_on(self) -> bool:
        """Whether the client's connection may be used after this response."""
        return self._keep_alive and not self._framing.until_close

    def head(self) -> bytes:
        """The head as the client gets it."""
        return self._framing.head(self.captured.reason, keep_alive=self._keep_alive)

    async def body(
        self, request: RacedRequest, downstream: Downstream, authority: str, *, begin: Callable[[], bytes], keeps: bool
    ) -> bytes:
        """Pass the response to the client; what makes it complete is returned and not sent.

        `begin` gives the head, once, if more than the head is to come. It is sent with the first piece, or before more of
        the response has to be waited for. If the exchange `keeps` the response, the client has all but its end when this
        returns, and it is read on even if the client does not read it, up to the most that is captured.

        Raises:
            UpstreamError: the service at `authority` broke off, or the client has left a body that is not captured.
        """

        def show() -> None:
            if head := begin():
                downstream.write(head)

        held = self.head() if self.ends_at_head else b""
        last = time.monotonic()
        while not isinstance(event := await request.next(show), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                raise UpstreamError(502, f"{authority} broke off in the middle of its answer")
            before, last = last, time.monotonic()
            piece = bytes(event.data)
            self._mark()
            self.captured.add(piece, last - before, begins=event.chunk_start or not self._framing.has_chunks)
            data = self._framing.piece(piece)
            if self._framing.is_complete(self.captured.size):
                held += data
                continue
            downstream.write(begin() + held + data)
            held = b""
            if downstream.has_gone and self.captured.size > self._most:
                raise UpstreamError(502, CLIENT_LEFT)
            if not keeps or self.captured.size > self._most:
                await downstream.drain()
        self._mark()
        self.captured.trailers = tuple(event.headers.raw_items())
        if not keeps:
            return begin() + held
        show()
        return held

    def _mark(self) -> None:
        """Note where the client is; of very many pieces the last ones are not told apart."""
        if self.is_call and len(self.captured.order) < _MOST_MARKS:
            self.captured.order.append((self.captured.size, self._feed.taken))

    def cut(self, why: str) -> bytes:
        """What ends a call of gRPC for the client before its end came; empty where only a break says that."""
        is_web = b"grpc-web" in (header(self.captured.headers, b"content-type") or b"")
        return self._framing.end(status_lines(UNAVAILABLE, why)) if self._is_call_over_http2 and not is_web else b""

    def end(self) -> bytes:
        """What ends the response for the client."""
        return self._framing.end(self.captured.trailers)


def interim_head(event: h11.InformationalResponse) -> bytes:
    """An interim response as the client gets it."""
    lines = b"".join(b"%s: %s\r\n" % line for line in event.headers.raw_items())
    return b"HTTP/1.1 %d %s\r\n%s\r\n" % (event.status_code, event.reason, lines)
