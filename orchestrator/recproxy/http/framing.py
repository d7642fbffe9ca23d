"""How a response reaches a client: whether it has a body, and what ends it. RFC 9112 section 6.

For live responses and recorded ones alike. Framing is made anew on each connection: no chunks to HTTP/1.0, no body to
a HEAD; the other headers keep order, case and repeats. Pure.
"""

from __future__ import annotations

from recproxy.recording import Headers, header_values

__all__ = ["HOP_BY_HOP", "ResponseFraming"]

#: About one connection only, RFC 9110 section 7.6.1.
HOP_BY_HOP = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade"))
_NO_BODY = (204, 304)


class ResponseFraming:
    """The framing of one response for one client.

    `size` is the size of the body where all of it is there already; `ends_with_connection` says that the service ended
    it with the connection. `http2` says that the client gets it on a stream of HTTP/2, which has an end of its own: the
    form is then chunked, and a length only tells.
    """

    def __init__(
        self,
        status: int,
        headers: Headers,
        *,
        head_only: bool,
        http10: bool,
        size: int | None = None,
        ends_with_connection: bool = False,
        http2: bool = False,
    ) -> None:
        self._http2 = http2
        self._status = status
        self._headers = headers
        self._http10 = http10
        self.has_body = not head_only and status >= 200 and status not in _NO_BODY
        #: Whether the service sends, or sent, chunks.
        self.has_chunks = any(b"chunked" in value.lower() for value in header_values(headers, b"transfer-encoding"))
        lengths = [] if self.has_chunks else header_values(headers, b"content-length")
        self.length = size if size is not None else int(lengths[0]) if lengths else -1
        self._is_measured = size is not None
        self.is_closed_by_service = self.has_body and not self.has_chunks and (self.length < 0 or ends_with_connection)
        self.chunked = self.has_body and (http2 or (self.has_chunks and not http10))
        #: Whether only the end of the connection tells the client that the body is complete.
        self.until_close = not http2 and (self.is_closed_by_service or (self.has_body and self.has_chunks and http10))
        self.ends_at_head = not self.has_body or (self.length == 0 and not self.has_chunks)

    def head(self, reason: bytes, *, keep_alive: bool) -> bytes:
        """The head for the client."""
        lines = [b"HTTP/1.1 %d %s\r\n" % (self._status, reason)]
        has_length = False
        for name, value in self._headers:
            lower = name.lower()
            if lower == b"content-length":
                if self.has_chunks or self.until_close or has_length:
                    continue
                has_length = True
                if self.has_body and self._is_measured:
                    value = b"%d" % self.length  # noqa: PLW2901 - the length is made anew at its place
            elif self._is_dropped(lower):
                continue
            lines.append(b"%s: %s\r\n" % (name, value))
        if self.has_body and self._is_measured and not (has_length or self.chunked or self.until_close):
            lines.append(b"Content-Length: %d\r\n" % self.length)
        if self._http2 and self.has_body:
            lines.append(b"Transfer-Encoding: chunked\r\n")
        if self.until_close or not keep_alive:
            lines.append(b"Connection: close\r\n")
        elif self._http10:
            lines.append(b"Connection: keep-alive\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def piece(self, data: bytes) -> bytes:
        """A piece of the body for the client."""
        return b"%x\r\n%s\r\n" % (len(data), data) if self.chunked and data else data

    def is_complete(self, size: int) -> bool:
        """Whether the client knows, with so many bytes, that the body is complete."""
        return 0 <= self.length <= size and not self.has_chunks

    def end(self, trailers: Headers) -> bytes:
        """What follows the last piece."""
        if not self.chunked:
            return b""
        return b"0\r\n" + b"".join(b"%s: %s\r\n" % line for line in trailers) + b"\r\n"

    def _is_dropped(self, lower: bytes) -> bool:
        if lower == b"transfer-encoding":
            return self._http10 or self._http2 or self._status in _NO_BODY
        return lower in HOP_BY_HOP or (lower == b"trailer" and (self._http10 or not (self.has_chunks or self._http2)))
