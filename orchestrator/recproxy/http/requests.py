"""HTTP/1.1 requests out of bytes, over httptools, with the care it leaves to its caller.

It bounds the head, strips optional white space, keeps trailers apart from headers, and goes on after an upgrade that
nobody takes (Java's clients ask for h2c). Events go to a sink as they happen, so that a body may stream; pure.
RFC 9112.
"""

from __future__ import annotations

import bisect
import contextlib
from dataclasses import dataclass
from typing import Protocol

import httptools  # type: ignore[import-untyped,unused-ignore]

from recproxy.recording import Headers

__all__ = ["Head", "MalformedRequest", "RequestReader", "Sink", "request_start"]


@dataclass(slots=True)
class Head:
    """The head of a request: `host` is its Host header, `target` the request line's."""

    method: bytes
    target: bytes
    headers: Headers
    host: bytes
    http10: bool
    expects: bool
    keep_alive: bool


class Sink(Protocol):
    """Who is told of a request: its head, its body in pieces, its end (with the trailers)."""

    def head_received(self, head: Head) -> None:
        """A head is complete; pieces of the body may follow."""

    def body_received(self, piece: bytes) -> None:
        """A piece of the body, content coding untouched."""

    def request_ended(self, trailers: Headers) -> None:
        """The request is complete."""


class MalformedRequest(Exception):
    """The bytes are no request: answer with `status` and end the connection."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class RequestReader:
    """Feeds a sink with the requests of one connection; `idle` tells whether it stands between two requests."""

    def __init__(self, sink: Sink, *, head_limit: int = 65536) -> None:
        self._sink = sink
        self._limit = head_limit
        self._parser = httptools.HttpRequestParser(self)
        self.idle = True
        self._in_head = True
        self._head_bytes = 0
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._host = b""
        self._expects = False
        self._upgraded: bytes | None = None
        self._priming = False
        self._stopped = False

    def feed(self, data: bytes) -> None:
        """Take bytes; raise MalformedRequest where they are no request."""
        while data and not self._stopped:
            rest = b""
            if self._in_head:
                if self.idle and not data.isascii():
                    data = _percent_encoded(data)
                if len(data) > self._limit:
                    data, rest = data[: self._limit], data[self._limit :]
                self._head_bytes += len(data)
            unread = self._parse(data)
            if self._in_head and self._head_bytes >= self._limit:
                raise MalformedRequest(431, f"the request head has more than {self._limit} bytes")
            data = unread + rest if rest else unread

    def stop(self) -> None:
        """Take no more: whatever follows is ignored, the rest of a request that has begun included."""
        self._stopped = True

    def _parse(self, data: bytes) -> bytes:
        """Feed the parser; return what it left unread because an upgrade was asked for."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._parser = httptools.HttpRequestParser(self)
            if self._upgraded is not None:
                self._prime(self._upgraded)
            unread: bytes = data[upgrade.args[0] :]
            return unread
        except httptools.HttpParserCallbackError as error:
            # What a sink raised is its own: the parser only wrapped it.
            raise (error.__context__ or error) from None
        except httptools.HttpParserError as error:
            if not self._stopped:
                raise MalformedRequest(400, f"not an HTTP/1.1 request: {error}") from None
        return b""

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
        self._in_head = True
        self._headers = []
        self._target = self._host = b""
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
                self._host = value
        elif size == 6 and name.lower() == b"expect" and value.lower() == b"100-continue":
            self._expects = True

    def on_headers_complete(self) -> None:
        """Called by the parser: the head is complete."""
        if self._priming or self._stopped:
            return
        self._in_head = False
        self._head_bytes = 0
        parser = self._parser
        headers = tuple(self._headers)
        self._headers = []
        if parser.should_upgrade() and parser.get_method() != b"CONNECT":
            self._upgraded = _body_framing(headers)
        self._sink.head_received(
            Head(
                parser.get_method(),
                self._target,
                headers,
                self._host,
                parser.get_http_version() == "1.0",
                self._expects,
                parser.should_keep_alive(),
            )
        )

    def on_body(self, piece: bytes) -> None:
        """Called by the parser: a piece of the body."""
        if self._stopped:
            return
        self._sink.body_received(piece)

    def on_message_complete(self) -> None:
        """Called by the parser: the request is complete."""
        if self._upgraded is not None or self._stopped:
            return
        trailers = tuple(self._headers)
        self._headers = []
        self.idle = True
        self._in_head = True
        self._head_bytes = 0
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


def request_start(data: bytes, before: int) -> int:
    """Where a request begins behind so many complete ones, in bytes that begin with a request.

    The parser does not say how far it has read when a request is complete. This is for the rare client that pipelines
    requests for different services, so it looks for the place by halves.
    """

    def complete(size: int) -> int:
        counter = _Counter()
        with contextlib.suppress(MalformedRequest):
            RequestReader(counter).feed(data[:size])
        return counter.complete

    return bisect.bisect_left(range(len(data)), before, key=complete)


def _body_framing(headers: Headers) -> bytes | None:
    """The header line that frames the body, or None where there is no body."""
    for name, value in headers:
        lower = name.lower()
        if lower == b"transfer-encoding" or (lower == b"content-length" and value.strip(b"0")):
            return name + b": " + value
    return None


def _percent_encoded(data: bytes) -> bytes:
    """Bytes outside ASCII in the request line, which some clients send raw, as the parser takes them."""
    line, newline, rest = data.partition(b"\n")
    if line.isascii():
        return data
    return b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in line) + newline + rest
