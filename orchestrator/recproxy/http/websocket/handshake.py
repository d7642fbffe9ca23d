"""The handshake of a WebSocket: what a client must say, what it may be offered, and how a recorded agreement is said again.

RFC 6455 section 4, RFC 7692 section 5. Heads in, header lines out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers, Response, header, header_values

__all__ = [
    "DEFLATE",
    "HANDSHAKE_HEADERS",
    "accepted",
    "deflate_answer",
    "deflate_offers",
    "fresh_key",
    "handshake_answer",
    "handshake_problem",
]

#: The one extension that is spoken.
DEFLATE = b"permessage-deflate"
_VERSION = b"13"
#: Headers of one connection: each is made anew, and none is recorded.
HANDSHAKE_HEADERS = frozenset(
    (b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-accept", b"sec-websocket-extensions")
)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_NAMED = b"sec-websocket-protocol"
_WORD = lazy_pattern(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: Parameters of permessage-deflate; wsproto has windows of 9 bits and more.
_FLAGS = (b"server_no_context_takeover", b"client_no_context_takeover")
_WINDOWS = (b"server_max_window_bits", b"client_max_window_bits")
_BITS = lazy_pattern(rb"9|1[0-5]")


def handshake_problem(headers: Headers) -> tuple[int, str] | None:
    """Status and text for a client whose request asks for a WebSocket in a wrong way; None where it is right."""
    if header(headers, b"sec-websocket-version") != _VERSION:
        return 426, "it asks for another version of WebSocket than 13"
    keys = header_values(headers, b"sec-websocket-key")
    try:
        is_key = len(keys) == 1 and len(base64.b64decode(keys[0], validate=True)) == _KEY_BYTES
    except binascii.Error:
        is_key = False
    return None if is_key else (400, "its Sec-WebSocket-Key is not 16 bytes in base64")


def fresh_key() -> bytes:
    """A Sec-WebSocket-Key for a client that need not send one, as over HTTP/2. RFC 8441 section 5."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES))


def accepted(headers: Headers) -> bytes:
    """The value of Sec-WebSocket-Accept for a client's request."""
    key = header(headers, b"sec-websocket-key") or b""
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def deflate_offers(headers: Headers) -> list[bytes]:
    """The offers of permessage-deflate in a client's request, in its order."""
    offers = (
        each.strip() for value in header_values(headers, b"sec-websocket-extensions") for each in value.split(b",")
    )
    return [each for each in offers if each.partition(b";")[0].strip().lower() == DEFLATE]


def deflate_answer(headers: Headers) -> bytes | None:
    """What agrees to the first offer of permessage-deflate that can be met; None where there is none."""
    for offer in deflate_offers(headers):
        parameters = _parameters(offer)
        if parameters is None:
            continue
        chosen = [DEFLATE]
        for name, value in parameters:
            if name in _WINDOWS:
                # Without a value, the client only says that it could be told one.
                chosen += [name + b"=" + value] if value is not None else []
            else:
                chosen.append(name)
        return b"; ".join(chosen)
    return None


def handshake_answer(response: Response, headers: Headers) -> tuple[bytes, bytes]:
    """The head of the recorded response to a client with these headers, and the agreed extension; empty where there is none."""
    deflate = deflate_answer(headers) or b""
    offered = {each.strip() for value in header_values(headers, _NAMED) for each in value.split(b",")}
    lines = [
        b"HTTP/1.1 101 " + (response.reason or b"Switching Protocols"),
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accepted(headers),
    ]
    if deflate:
        lines.append(b"Sec-WebSocket-Extensions: " + deflate)
    for name, value in response.headers:
        lower = name.lower()
        if lower in HANDSHAKE_HEADERS or lower in (b"connection", b"upgrade"):
            continue
        # A client ends a connection to a server that chose what it did not offer.
        if lower != _NAMED or value in offered:
            lines.append(name + b": " + value)
    return b"\r\n".join((*lines, b"", b"")), deflate


def _parameters(offer: bytes) -> list[tuple[bytes, bytes | None]] | None:
    """The parameters of an offer; None where it is one that must be declined. RFC 7692 section 7.1."""
    found: dict[bytes, bytes | None] = {}
    for each in offer.split(b";")[1:]:
        name, equals, value = (part.strip() for part in each.partition(b"="))
        name, value = name.lower(), value.strip(b'"')
        if name in found or not _WORD.fullmatch(name):
            return None
        if name in _FLAGS:
            if equals:
                return None
        elif name not in _WINDOWS or (equals and not _BITS.fullmatch(value)) or (not equals and name == _WINDOWS[0]):
            return None
        found[name] = value if equals else None
    return list(found.items())
