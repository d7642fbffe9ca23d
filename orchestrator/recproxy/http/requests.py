"""HTTP/1.1 requests out of bytes, over httptools, with the care it leaves to its caller.

It bounds the head, strips optional white space, keeps trailers apart from headers, and goes on after an upgrade that
nobody takes (Java's clients ask for h2c). Events go to a sink as they happen, so that a body may stream; pure.
RFC 9112.
"""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Callable

import httptools  # type: ignore[import-untyped,unused-ignore]

from recproxy.http.body_ends import body_framing, possible_ends
from recproxy.http.request_events import Head, MalformedRequest, PriorKnowledge, Sink
from recproxy.http.request_heads import (
    NO_MAIL,
    OTHER_VERSION,
    asks_websocket,
    begins_mail,
    can_be_plain,
    head_size,
    plain_head,
)
from recproxy.recording import Headers

__all__ = ["RequestReader", "request_start"]


#: What the parser refuses and HTTP allows: see `request_heads`.
_MENDED = (httptools.HttpParserInvalidMethodError, httptools.HttpParserInvalidURLError)
_ENDLESS = "the last Transfer-Encoding of a request must be chunked: without it, nobody knows where the body ends"
_BAD_VERSION = "Invalid HTTP version"
_MENDED_LENGTHS = ("Duplicate Content-Length", "Invalid character in Content-Length")
#: The most bytes a head may have before it is refused.
_HEAD_LIMIT = 1_048_576
_PREFACE = "Pause on PRI/Upgrade"  # of HTTP/2, RFC 9113 section 3.4


class RequestReader:
    """Feeds a sink with the requests of one connection; `idle` tells whether it stands between two requests."""

    def __init__(self, sink: Sink, *, head_limit: int = _HEAD_LIMIT, lenient: bool = True) -> None:
        self._sink = sink
        self.offered: Callable[[Head], bool] | None = None  # takes a head that asks for HTTP/2, and what follows it
        #: Whether a head that the parser refuses is looked at again. The bytes are kept from where a segment began with
        #: a request, with how many requests of them are complete; None in the middle of one.
        self._lenient = lenient
        self._segment: bytes | bytearray | None = b""
        self._complete = 0
        self._refused = bytearray()
        #: Whether the parser reads a head that was written anew, which is done once; and the method that was in it.
        self._mended = False
        self._method = b""
        self._limit = head_limit
        self._parser = httptools.HttpRequestParser(self)
        self.idle = True
        self._in_head, self._head_bytes = True, 0
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._host, self._expects = b"", False
        #: The last Transfer-Encoding of the request, and its Content-Length.
        self._coding = self._length = b""
        #: The headers of the request whose body comes, and how much of that has come.
        self._framed: Headers = ()
        self._body_size = 0
        self._upgraded: bytes | None = None
        self._priming = False
        self._stopped = self._switched = False
        #: What follows the head at which the connection turned to another protocol.
        self.rest = b""

    def feed(self, data: bytes) -> None:
        """Take bytes; raise MalformedRequest where they are no request."""
        if self._refused:
            self._refused += data
            self._feed(self._taken_refused(len(self._refused) - len(data)))
        else:
            if self.idle:
                self._segment, self._complete = data, 0
            elif self._in_head and self._segment is not None:
                # Each += of bytes would copy all that has come.
                self._segment = self._segment if isinstance(self._segment, bytearray) else bytearray(self._segment)
                self._segment += data
            else:
                self._segment = None
                if not self._in_head:
                    data = self._feed_body(data)
            self._feed(data)
        if self.idle or not self._in_head:
            self._segment = None  # a connection that waits must not hold what it has read

    def _feed_body(self, data: bytes) -> bytes:
        """Read on in a body; return what is left, which begins with a request if the body has ended."""
        if self._length and not self._coding and self._body_size + len(data) <= int(self._length):
            return data  # nothing but body, as nearly always
        start = 0
        for end in possible_ends(data, body_framing(self._framed), self._body_size):
            if start < end < len(data) and not self.idle:
                self._feed(data[start:end])
                start = end
        if self.idle:
            self._segment, self._complete = data[start:], 0
        return data[start:]

    def _feed(self, data: bytes) -> None:
        while data and not self._stopped:
            rest = b""
            if self._in_head:
                room = self._limit - self._head_bytes
                if len(data) > room:
                    data, rest = data[:room], data[room:]
                self._head_bytes += len(data)
            data = self._parse(data, rest)
            if self._in_head and self._head_bytes >= self._limit:
                raise MalformedRequest(431, f"the request head has more than {self._limit} bytes")
        if self._switched:
            self.rest += data

    def switch(self) -> None:
        """Take no more, and keep in `rest` what follows the head that a sink is just told of: it is no request."""
        self._stopped = self._switched = True

    def stop(self) -> None:
        """Take no more: whatever follows is ignored, the rest of a request that has begun included."""
        self._stopped = True

    def _parse(self, data: bytes, rest: bytes) -> bytes:
        """Feed the parser; return what it has yet to read of `data` and the `rest`, not all as it came if it refused a head."""
        try:
            self._parser.feed_data(data)
            return rest
        except httptools.HttpParserUpgrade as upgrade:
            self._parser = httptools.HttpRequestParser(self)
            if self._upgraded is not None:
                self._prime(self._upgraded)
            unread: bytes = data[upgrade.args[0] :]
            return unread + rest
        except httptools.HttpParserCallbackError as error:
            # What a sink raised is its own: the parser only wrapped it.
            raise (error.__context__ or error) from None
        except httptools.HttpParserError as error:
            if self._stopped:
                return b""
            refused = self._refused_head(error)
            if str(error) == _PREFACE:
                raise PriorKnowledge(bytes(self._segment or b"")) from None
            if str(error) == _BAD_VERSION:
                raise MalformedRequest(505, OTHER_VERSION) from None
            if not can_be_plain(refused):
                if begins_mail(data):
                    raise MalformedRequest(400, NO_MAIL) from None
                raise MalformedRequest(400, f"not an HTTP/1.1 request: {error}") from None
        self._refused += refused  # the rest is in it
        return self._taken_refused()

    def _refused_head(self, error: httptools.HttpParserError) -> bytes:
        """The request that the parser has just refused, from its beginning; empty where nothing can be done about it."""
        can_be_mended = isinstance(error, _MENDED) or str(error) in _MENDED_LENGTHS
        if not (can_be_mended and self._lenient and self._in_head) or self._segment is None or self._mended:
            return b""
        seen = bytes(self._segment)
        return seen[request_start(seen, self._complete, lenient=False) if self._complete else 0 :]

    def _taken_refused(self, searched: int = 0) -> bytes:
        """A segment from a head that the parser refused, which is put so that it does not, once that is complete."""
        size = head_size(self._refused, searched)
        if size < 0:
            if len(self._refused) >= self._limit:
                raise MalformedRequest(431, f"the request head has more than {self._limit} bytes")
            self._segment = None
            return b""
        data, self._refused = bytes(self._refused), bytearray()
        head, self._method = plain_head(data[:size])
        self._parser = httptools.HttpRequestParser(self)
        self._mended, self._in_head, self._head_bytes = True, True, 0
        # What follows begins with a request again if this one has no body.
        self._segment, self._complete = head + data[size:], 0
        return self._segment

    def _prime(self, framing: bytes) -> None:
        """Have a fresh parser read the body of the request whose head the last one took for an upgrade."""
        self._upgraded = None
        self._priming = True
        self._parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n\r\n")
        self._priming = False

    def on_message_begin(self) -> None:
        """Called by the parser: a request begins."""
        if self._priming:
            return
        self.idle = False
        self._in_head, self._headers = True, []
        self._target = self._host = self._coding = self._length = b""
        self._expects = False

    def on_url(self, url: bytes) -> None:
        """Called by the parser: a piece of the target."""
        if not self._priming:
            self._target = self._target + url if self._target else url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser: a header or, behind the body, a trailer."""
        if self._priming:
            return
        value = value.strip(b" \t")
        self._headers.append((name, value))
        size = len(name)
        if size == 4:
            if name.lower() == b"host" and self._in_head:
                if self._host not in (b"", value):
                    raise MalformedRequest(400, "the request has two Host headers that differ")
                self._host = value
        elif size == 6 and name.lower() == b"expect" and value.lower() == b"100-continue":
            self._expects = True
        elif size == 14 and name.lower() == b"content-length" and self._in_head:
            self._length = value
        elif size == 17 and name.lower() == b"transfer-encoding" and self._in_head:
            self._coding = value

    def on_headers_complete(self) -> None:
        """Called by the parser: the head is complete."""
        if self._priming or self._stopped:
            return
        self._in_head, self._head_bytes = False, 0
        parser = self._parser
        headers = self._framed = tuple(self._headers)
        self._headers = []
        self._body_size = 0
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise MalformedRequest(505, OTHER_VERSION)
        if self._coding and self._coding.rpartition(b",")[2].strip().lower() != b"chunked":
            raise MalformedRequest(400, _ENDLESS)  # before it goes to the service. RFC 9112 section 6.3
        method, self._method, self._mended = self._method or parser.get_method(), b"", False
        is_old, is_websocket = version == "1.0", False
        is_kept = parser.should_keep_alive() and not (is_old and self._coding)  # RFC 9112 section 6.1
        if is_upgrade := parser.should_upgrade() and method != b"CONNECT":
            framing = body_framing(headers)
            is_websocket = asks_websocket(method, headers, is_plain=not (is_old or framing))
            self._upgraded = b": ".join(framing or ()) or None
            is_kept = is_kept and not is_websocket
        head = Head(method, self._target, headers, self._host, is_old, self._expects, is_kept, is_websocket)
        if is_upgrade and self.offered is not None and self.offered(head):
            self.switch()
            return
        self._sink.head_received(head)

    def on_body(self, piece: bytes) -> None:
        """Called by the parser: a piece of the body."""
        if self._stopped:
            return
        self._body_size += len(piece)
        self._sink.body_received(piece)

    def on_message_complete(self) -> None:
        """Called by the parser: the request is complete."""
        if self._upgraded is not None or self._stopped:
            return
        trailers = tuple(self._headers)
        self._headers = []
        self.idle = True
        self._in_head, self._head_bytes = True, 0
        self._complete += 1
        self._sink.request_ended(trailers)


class _Counter:
    """Counts the requests that are complete."""

    def __init__(self) -> None:
        self.complete = 0

    def head_received(self, head: Head) -> None:
        """Called by the reader."""

    def body_received(self, piece: bytes) -> None:
        """Called by the reader."""

    def request_ended(self, trailers: Headers) -> None:
        """Called by the reader."""
        self.complete += 1


def request_start(data: bytes, before: int, *, lenient: bool = True) -> int:
    """Where a request begins behind so many complete ones, in bytes that begin with a request.

    The parser does not say how far it has read when a request is complete. This is for the rare client that pipelines
    requests for different services, so it looks for the place by halves.
    """

    def complete(size: int) -> int:
        counter = _Counter()
        with contextlib.suppress(MalformedRequest):
            RequestReader(counter, lenient=lenient).feed(data[:size])
        return counter.complete

    return bisect.bisect_left(range(len(data)), before, key=complete)
