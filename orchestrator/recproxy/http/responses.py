"""A recorded response as the bytes that go to a client, each form made once.

What the client can take decides the form: its framing, and a content coding only where it is accepted. RFC 9112
section 7, RFC 9110 section 12.5.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from recproxy.http.framing import ResponseFraming
from recproxy.recording import Response, encode, header_values
from recproxy.recording.message_coding import holds_messages
from recproxy.recording.printable import printable

__all__ = ["NOT_RECORDED", "Pieces", "Prepared", "error_response"]

#: The status of a miss and of a refused host. HTTP has no such status, and no service sends it.
NOT_RECORDED = 599
_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    407: "Proxy Authentication Required",
    421: "Misdirected Request",
    426: "Upgrade Required",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
    NOT_RECORDED: "Not Recorded",
}
_NAME = "recproxy: "
#: Pieces of a response, each with the seconds before it.
Pieces: TypeAlias = tuple[tuple[float, bytes], ...]


class Prepared:
    """One recorded response, ready to be sent in whichever form a client takes; a form is made when first asked for."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self._forms: dict[tuple[bool, bool, bool, bool, bool], tuple[bytes, bool]] = {}

    def form(
        self, *, head_only: bool, http10: bool, keep_alive: bool, coded: bool, http2: bool = False
    ) -> tuple[bytes, bool]:
        """The bytes to send, and whether the connection must end behind them; they may be for what `http2` is."""
        key = (head_only, http10, keep_alive, coded, http2)
        known = self._forms.get(key)
        if known is None:
            known = self._forms[key] = _build(self.response, *key)
        return known

    def paced(
        self, *, head_only: bool, http10: bool, keep_alive: bool, coded: bool, http2: bool = False
    ) -> tuple[Pieces, bool]:
        """What `form` gives, in the pieces in which it came, each with the seconds that went by before it."""
        data, close = self.form(head_only=head_only, http10=http10, keep_alive=keep_alive, coded=coded, http2=http2)
        response = self.response
        head = data.index(b"\r\n\r\n") + 4
        pieces = [(response.delay, data[:head])]
        chunked = http2 or (_is_chunked(response) and not http10)
        gaps = [chunk.gap for chunk in response.chunks if chunk.size]
        sizes = _sizes(response, len(response.body))
        if len(sizes) != len(gaps) or (coded and response.encoding is not None):
            gaps, sizes = [sum(chunk.gap for chunk in response.chunks)], [len(data) - head]
            chunked = False
        position = head
        for gap, size in zip(gaps, sizes, strict=True):
            end = position + size + (len(b"%x\r\n\r\n" % size) if chunked else 0)
            if position < len(data):
                pieces.append((gap, data[position:end]))
            position = end
        if position < len(data):
            pieces.append((0.0, data[position:]))
        return tuple(pieces), close


def error_response(
    status: int, text: str, *, reason: str = "", head_only: bool = False, close: bool = True, header: str = ""
) -> bytes:
    """What recproxy itself answers where there is no response: a text that begins with its name, never cached.

    Text and reason may quote the request, and a failed test prints them: they are made printable.
    """
    body = printable(text if text.startswith(_NAME) else f"{_NAME}{text.rstrip()}\n").encode()
    lines = [
        f"HTTP/1.1 {status} {printable(reason) or _REASONS[status]}",
        "Content-Type: text/plain; charset=utf-8",
        "Cache-Control: no-store",
        f"Content-Length: {len(body)}",
    ]
    if header:
        lines.append(header)
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if head_only else body)


def _build(
    response: Response, head_only: bool, http10: bool, keep_alive: bool, coded: bool, http2: bool
) -> tuple[bytes, bool]:
    if holds_messages(response):
        from recproxy.grpc.bodies import on_the_wire  # noqa: PLC0415 - most services have no gRPC

        response = on_the_wire(response)
    body = response.body
    headers = response.headers
    if not coded:
        # The length in the response to HEAD is that of the coded body.
        gone = (b"content-encoding", b"content-length") if head_only else (b"content-encoding",)
        headers = tuple((name, value) for name, value in headers if name.lower() not in gone)
    elif response.encoding is not None:
        body = encode(body, response.encoding)
    if not http10 and not http2 and _needs_chunks(response):
        headers = (*headers, (b"Transfer-Encoding", b"chunked"))
    framing = ResponseFraming(
        response.status,
        headers,
        head_only=head_only,
        http10=http10,
        size=len(body),
        ends_with_connection=response.framing == "close",
        http2=http2,
    )
    data = framing.head(response.reason, keep_alive=keep_alive)
    if framing.has_body:
        sizes = _sizes(response, len(body)) if framing.chunked else [len(body)]
        data += b"".join(framing.piece(piece) for piece in _cut(body, sizes)) + framing.end(response.trailers)
    return data, framing.until_close or not keep_alive


def _cut(body: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    position = 0
    for size in sizes:
        yield body[position : position + size]
        position += size


def _needs_chunks(response: Response) -> bool:
    """Whether it came over HTTP/2, where no header says that it has trailers, or is a stream."""
    if _is_chunked(response) or response.framing == "close":
        return False
    is_stream = bool(response.chunks) and not header_values(response.headers, b"content-length")
    return bool(response.trailers) or is_stream


def _is_chunked(response: Response) -> bool:
    """Whether the response says that it comes in chunks."""
    return any(b"chunked" in value.lower() for value in header_values(response.headers, b"transfer-encoding"))


def _sizes(response: Response, length: int) -> list[int]:
    """The sizes in which a body of so many bytes is sent: as it came, where that is known of these bytes."""
    sizes = [chunk.size for chunk in response.chunks if chunk.size]
    return sizes if sum(sizes) == length else [length] if length else []
