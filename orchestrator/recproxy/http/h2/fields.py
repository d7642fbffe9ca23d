"""Fields of HTTP/2 and the heads that everything else here knows: pseudo-headers, cookie crumbs, what is about a connection.

What comes in is checked here, and not by the library, for which each malformed field ends the whole connection.
RFC 9113 sections 8.2 and 8.3. No socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from recproxy.http.framing import HOP_BY_HOP
from recproxy.http.h2.errors import StreamError
from recproxy.http.request_events import Head
from recproxy.http.websocket.handshake import fresh_key
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers, header
from recproxy.recording.grammar import FIELD_NAME

__all__ = [
    "FieldBlock",
    "request_fields",
    "request_head",
    "response_fields",
    "response_head",
    "trailer_fields",
    "trailers",
]

#: As they stand in a block: pseudo-headers first.
FieldBlock: TypeAlias = list[tuple[bytes, bytes]]

_REQUEST = (b":method", b":scheme", b":authority", b":path", b":protocol")
#: What begins a WebSocket is a CONNECT with a :protocol. RFC 8441 sections 4 and 5.
_WEBSOCKET = b"websocket"
_KEY, _ACCEPT = b"sec-websocket-key", b"sec-websocket-accept"
_SWITCHING = 101
#: RFC 9113 section 8.2.2. TE may say one thing, and a response has none.
_OF_CONNECTION = HOP_BY_HOP - {b"te"} | {b"transfer-encoding"}
_NAME = lazy_pattern(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_BAD_VALUE = lazy_pattern(rb"[\x00\r\n]|\A[ \t]|[ \t]\Z")
_CONTROL = lazy_pattern(rb"[\x00\r\n]")
_BAD_PATH = lazy_pattern(rb"[\x00-\x20\x7f]")
_AUTHORITY = lazy_pattern(rb"[^\x00-\x20\x7f/?#@]*")


def request_head(fields: Iterable[tuple[bytes, bytes]], *, ends: bool = False) -> Head:
    """The head of a request, which may be all of it. Its authority is its first header, Host.

    What asks for a WebSocket is a GET that upgrades, as in HTTP/1.1, with a key that its client had not to send.

    Raises:
        StreamError: it is malformed.
    """
    pseudo, headers = _parted(fields, _REQUEST)
    method = pseudo.get(b":method", b"")
    if not FIELD_NAME.fullmatch(method):
        raise StreamError("a request has no valid :method")
    authority = pseudo.get(b":authority")
    named = header(headers, b"host")
    if authority is not None and named is not None and authority != named:
        raise StreamError("a request has an :authority and a Host that differ")
    host = named or b"" if authority is None else authority
    if not _AUTHORITY.fullmatch(host):
        raise StreamError("a request has no valid :authority")
    if any(name == b"te" and value.lower() != b"trailers" for name, value in headers):
        raise StreamError("a request has a TE other than trailers")
    if ends and (header(headers, b"content-length") or b"0").strip(b"0"):
        raise StreamError("a request has a Content-Length, and no body")
    rest = _with_cookie(line for line in headers if line[0] != b"host")
    target = _target(method, pseudo, host)
    upgrades = pseudo.get(b":protocol", b"").lower() == _WEBSOCKET
    if upgrades:
        method = b"GET"
        rest = ((_KEY, fresh_key()), *(line for line in rest if line[0] != _KEY))
    return Head(
        method=method,
        target=target,
        headers=((b"host", host), *rest) if host else rest,
        host=host,
        http10=False,
        expects=any(name == b"expect" and value.lower() == b"100-continue" for name, value in rest),
        keep_alive=True,
        upgrades=upgrades,
    )


def _target(method: bytes, pseudo: dict[bytes, bytes], host: bytes) -> bytes:
    path = pseudo.get(b":path")
    if b":protocol" in pseudo:
        if method != b"CONNECT" or not host:
            raise StreamError("a request with a :protocol is no CONNECT, or has no :authority")
    elif method == b"CONNECT":
        if path is not None or b":scheme" in pseudo or not host:
            raise StreamError("a CONNECT has another pseudo-header than :authority")
        return host
    if not pseudo.get(b":scheme"):
        raise StreamError("a request has no :scheme")
    if not path or not (path[:1] == b"/" or (path == b"*" and method == b"OPTIONS")) or _BAD_PATH.search(path):
        raise StreamError("a request has no valid :path")
    return path if path.isascii() else b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in path)


def _with_cookie(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers with the crumbs of a cookie put together, where the first stands. RFC 9113 section 8.2.3."""
    lines = list(headers)
    crumbs = [value for name, value in lines if name == b"cookie"]
    if len(crumbs) < 2:
        return tuple(lines)
    first = next(place for place, line in enumerate(lines) if line[0] == b"cookie")
    lines[first] = (b"cookie", b"; ".join(crumbs))
    return tuple(line for place, line in enumerate(lines) if line[0] != b"cookie" or place == first)


def response_head(fields: Iterable[tuple[bytes, bytes]]) -> tuple[int, Headers]:
    """The status and the headers of a response; raises StreamError where it is malformed."""
    pseudo, headers = _parted(fields, (b":status",))
    status = pseudo.get(b":status", b"")
    if len(status) != 3 or not status.isdigit() or status[:1] == b"0" or status == b"101":  # RFC 9113 section 8.6
        raise StreamError("a response has no valid :status")
    return int(status), headers


def trailers(fields: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The trailers; raises StreamError where they are malformed."""
    return _parted(fields, ())[1]


def _parted(fields: Iterable[tuple[bytes, bytes]], known: tuple[bytes, ...]) -> tuple[dict[bytes, bytes], Headers]:
    pseudo: dict[bytes, bytes] = {}
    headers: FieldBlock = []
    for name, value in fields:
        if _BAD_VALUE.search(value):
            raise StreamError("a field has a value with a line end, a NUL, or white space around it")
        if name[:1] == b":":
            if headers or name in pseudo or name not in known:
                raise StreamError("a pseudo-header is unknown, comes twice, or comes behind a field")
            pseudo[bytes(name)] = bytes(value)
        elif not _NAME.fullmatch(name):
            raise StreamError("the name of a field is not valid in HTTP/2")
        elif name in _OF_CONNECTION:
            raise StreamError(f"{bytes(name).decode()} is about a connection, and HTTP/2 has no such field")
        else:
            headers.append((bytes(name), bytes(value)))
    return pseudo, tuple(headers)


def request_fields(method: bytes, scheme: str, authority: bytes, target: bytes, headers: Headers) -> FieldBlock:
    """The fields of a request to a service; of TE only `trailers` is sent. An Upgrade becomes a :protocol."""
    te = [(b"te", b"trailers")] if b"trailers" in (header(headers, b"te") or b"").lower() else []
    upgrade = header(headers, b"upgrade")
    pseudo = [(b":method", method if upgrade is None else b"CONNECT")]
    pseudo += [] if upgrade is None else [(b":protocol", upgrade)]
    pseudo += [(b":scheme", scheme.encode()), (b":authority", authority), (b":path", target)]
    return pseudo + [line for line in _plain(headers) if line[0] not in (b"host", _KEY)] + te


def response_fields(status: int, headers: Headers) -> FieldBlock:
    """The fields of a response to a client; what is about another connection is left out.

    A client whose WebSocket begins (101) gets a 200.
    """
    if status != _SWITCHING:
        return [(b":status", b"%d" % status), *_plain(headers)]
    return [(b":status", b"200"), *(line for line in _plain(headers) if line[0] != _ACCEPT)]


def trailer_fields(headers: Headers) -> FieldBlock:
    """Trailers on their way; what cannot stand in them is left out."""
    return _plain(headers)


def _plain(headers: Headers) -> FieldBlock:
    return [
        (lower, _CONTROL.sub(b" ", value).strip(b" \t"))
        for name, value in headers
        if _NAME.fullmatch(lower := name.lower()) and lower not in _OF_CONNECTION and lower != b"te"
    ]
