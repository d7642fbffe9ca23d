"""A recorded response as the bytes that go to a client, each form made once.

What the client can take decides the form: no body to a HEAD, no chunks to HTTP/1.0, a content coding only where it
is accepted. Framing is made anew; the other headers keep order, case and repeats. RFC 9112 sections 6 and 7, RFC 9110
section 12.5.3.
"""

from __future__ import annotations

from typing import TypeAlias

from recproxy.recording import Headers, Response, encode

__all__ = ["Pieces", "Prepared", "plain_response"]

#: Pieces of a response, each with the seconds before it.
Pieces: TypeAlias = tuple[tuple[float, bytes], ...]

#: Hop-by-hop headers: they are about the recorded connection, not this one.
_HOP_BY_HOP = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade"))
_NO_BODY = frozenset((204, 304))


class Prepared:
    """One recorded response, ready to be sent in whichever form a client takes; a form is made when first asked for."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self._forms: dict[tuple[bool, bool, bool, bool], tuple[bytes, bool]] = {}

    def form(self, *, head_only: bool, http10: bool, keep_alive: bool, coded: bool) -> tuple[bytes, bool]:
        """The bytes to send, and whether the connection must end behind them."""
        key = (head_only, http10, keep_alive, coded)
        known = self._forms.get(key)
        if known is None:
            known = self._forms[key] = _build(self.response, *key)
        return known

    def paced(self, *, head_only: bool, http10: bool, keep_alive: bool, coded: bool) -> tuple[Pieces, bool]:
        """What `form` gives, in the pieces in which it came, each with the seconds that went by before it."""
        data, close = self.form(head_only=head_only, http10=http10, keep_alive=keep_alive, coded=coded)
        response = self.response
        head = data.index(b"\r\n\r\n") + 4
        pieces = [(response.delay, data[:head])]
        chunked = _is_chunked(response) and not http10
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


def plain_response(status: int, reason: str, text: str, *, head_only: bool = False, close: bool = False) -> bytes:
    """A response of our own: a line of text, never cached."""
    body = text.encode()
    lines = [
        f"HTTP/1.1 {status} {reason}",
        "Content-Type: text/plain; charset=utf-8",
        "Cache-Control: no-store",
        f"Content-Length: {len(body)}",
    ]
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if head_only else body)


def _build(response: Response, head_only: bool, http10: bool, keep_alive: bool, coded: bool) -> tuple[bytes, bool]:
    has_body = not head_only and response.status >= 200 and response.status not in _NO_BODY
    body = response.body
    headers = response.headers
    if response.encoding is not None:
        if coded:
            body = encode(body, response.encoding)
        else:
            headers = tuple((name, value) for name, value in headers if name.lower() != b"content-encoding")
    framed, close = _framed(response, headers, len(body), has_body=has_body, http10=http10)
    if close or not keep_alive:
        framed.append(b"Connection: close\r\n")
    elif http10:
        framed.append(b"Connection: keep-alive\r\n")
    head = b"HTTP/1.1 %d %s\r\n%s\r\n" % (response.status, response.reason, b"".join(framed))
    if not has_body:
        return head, close or not keep_alive
    if _is_chunked(response) and not http10:
        return head + _chunked(response, body), not keep_alive
    return head + body, close or not keep_alive


def _is_chunked(response: Response) -> bool:
    return any(name.lower() == b"transfer-encoding" and b"chunked" in value.lower() for name, value in response.headers)


def _framed(
    response: Response, headers: Headers, size: int, *, has_body: bool, http10: bool
) -> tuple[list[bytes], bool]:
    """The header lines with the framing made anew, and whether only the end of the connection ends the body."""
    chunked = _is_chunked(response)
    ends = has_body and (response.framing == "close" or (chunked and http10))
    length_kept = not has_body  # a HEAD's or a 304's length speaks of a body that is not sent
    lines: list[bytes] = []
    measured = False
    for name, value in headers:
        lower = name.lower()
        if lower in _HOP_BY_HOP or (lower == b"trailer" and (http10 or not chunked)):
            continue
        if lower == b"transfer-encoding":
            if http10 or response.status in _NO_BODY:
                continue
        elif lower == b"content-length":
            if chunked or ends or measured:
                continue
            measured = True
            if not length_kept:
                value = b"%d" % size  # noqa: PLW2901 - the length is made anew at its place
        lines.append(b"%s: %s\r\n" % (name, value))
    if has_body and not (chunked or ends or measured):
        lines.append(b"Content-Length: %d\r\n" % size)
    return lines, ends


def _chunked(response: Response, body: bytes) -> bytes:
    pieces = []
    position = 0
    for size in _sizes(response, len(body)):
        pieces.append(b"%x\r\n%s\r\n" % (size, body[position : position + size]))
        position += size
    trailers = b"".join(b"%s: %s\r\n" % line for line in response.trailers)
    return b"".join(pieces) + b"0\r\n" + trailers + b"\r\n"


def _sizes(response: Response, length: int) -> list[int]:
    """The sizes in which a body of so many bytes is sent: as it came, where that is known of these bytes."""
    sizes = [chunk.size for chunk in response.chunks if chunk.size]
    return sizes if sum(sizes) == length else [length] if length else []
