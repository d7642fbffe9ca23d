"""A client's request as the service gets it. Pure: heads in, h11's events out."""

from __future__ import annotations

from typing import Protocol

import h11

from recproxy.http import Head, accepts
from recproxy.http.websocket.handshake import deflate_offers
from recproxy.proxy.capture import CODINGS_WE_DECODE, end_to_end
from recproxy.proxy.route import Target, origin_form
from recproxy.recording import header, header_values

__all__ = ["NotSendable", "Way", "outgoing_request"]

#: Told anew: the host by the target, the codings by what can be recorded; who expects 100 has had it from us.
_REPLACED = (b"host", b"expect", b"accept-encoding")
_EXTENSIONS = b"sec-websocket-extensions"


class NotSendable(Exception):
    """The request cannot be sent on; `status` is what its client gets."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Way(Protocol):
    """How a request gets to a service: in absolute form if through the user's own proxy, and with the login of that.

    Or over HTTP/2.
    """

    absolute: bool
    authorization: bytes
    http2: bool


def outgoing_request(head: Head, target: Target, way: Way, *, chunked: bool = False) -> h11.Request:
    """The request for a service. Where nothing tells the length of its body, it may be sent `chunked`."""
    path = origin_form(head.target.decode("ascii")).encode()
    if way.absolute:
        path = f"http://{target.authority}".encode() + path
    headers = [(b"Host", target.authority.encode())]
    replaced = (*_REPLACED, _EXTENSIONS) if head.upgrades else _REPLACED
    headers += (line for line in end_to_end(head.headers) if line[0].lower() not in replaced)
    if head.upgrades:
        headers += ((b"Connection", b"Upgrade"), (b"Upgrade", b"websocket"))
        if offers := deflate_offers(head.headers):  # what we do not speak is not offered
            headers.append((b"Sec-WebSocket-Extensions", b", ".join(offers)))
    if way.http2:
        headers += (
            (b"TE", b"trailers") for value in header_values(head.headers, b"te") if b"trailers" in value.lower()
        )
    elif chunked and header(head.headers, b"content-length") is None:
        headers.append((b"Transfer-Encoding", b"chunked"))
    if way.authorization:
        headers.append((b"Proxy-Authorization", way.authorization))
    codings = _codings(head)
    if codings is not None:
        headers.append((b"Accept-Encoding", codings))
    try:
        return h11.Request(method=head.method, target=path, headers=headers)
    except h11.LocalProtocolError as problem:
        # What h11 says quotes the line, which may hold a secret.
        if problem.error_status_hint == 501:
            raise NotSendable(501, "the only Transfer-Encoding that can be sent on is chunked") from None
        raise NotSendable(400, "it has a header that HTTP/1.1 does not allow") from None


def _codings(head: Head) -> bytes | None:
    """The codings that both the client and the recording can do; None where the client named none."""
    values = header_values(head.headers, b"accept-encoding")
    if not values:
        return None
    accepted = b",".join(values)
    return ", ".join(coding for coding in CODINGS_WE_DECODE if accepts(coding, accepted)).encode() or b"identity"
