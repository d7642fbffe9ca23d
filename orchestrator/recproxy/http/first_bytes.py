"""What a connection wants, told by its first bytes, before any is consumed.

CONNECT, a request in absolute form, one in origin form (its Host tells), or a TLS ClientHello (its SNI tells: what a
redirected socket sends). A function of the bytes seen so far; it never guesses: what may still become something
else is Incomplete. RFC 9112 section 3.2, RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301 section 3.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from recproxy.control.host_names import normal_host
from recproxy.http.hosts import host_text, split_authority
from recproxy.http.request_heads import NO_MAIL, begins_mail, head_size
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "HEAD_LIMIT",
    "Absolute",
    "Announcement",
    "ClientHello",
    "Connecting",
    "FirstBytes",
    "Incomplete",
    "Malformed",
    "Origin",
    "sort",
]

#: The most bytes that are looked at without taking them: what a socket holds. A longer head may still be read
#: where its first bytes say whose it is.
HEAD_LIMIT = 131_072

_TLS_HANDSHAKE = 0x16
_METHOD = lazy_pattern(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}\Z")
_ABSOLUTE = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
#: The same where its end has not come yet: what follows the host may be long.
_BEGUN = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#\s]*)[/?#]")
_HOST = lazy_pattern(rb"\n[Hh][Oo][Ss][Tt][ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?\n")

#: The SETTINGS of HTTP/2 that change nothing. grpcio sends no request before it has the server's.
_SETTINGS = b"\0\0\0\4\0\0\0\0\0"

#: Of an announcement.
_PORT = lazy_pattern(rb"\nPort: ([0-9]{1,5})\r\n")
_TO = lazy_pattern(rb"\nTo: ([0-9]{1,5})\r\n")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More bytes are needed to tell; `greeting` is what the client may wait for before it sends them."""

    greeting: bytes = b""


@dataclass(frozen=True, slots=True)
class Connecting:
    """A CONNECT to `host:port`; its head is the first `size` bytes."""

    host: str
    port: int
    size: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """The redirect's word that the next connection from a port was to go to `host`, on this machine also to which port."""

    host: str
    port: int
    to: int = 0


@dataclass(frozen=True, slots=True)
class Absolute:
    """A request whose target is an absolute URL with this authority."""

    authority: str


@dataclass(frozen=True, slots=True)
class Origin:
    """A request whose target is a path; `authority` is its Host, or empty. Or the first request of HTTP/2."""

    authority: str


@dataclass(frozen=True, slots=True)
class ClientHello:
    """A TLS ClientHello; `host` is its SNI, or None, and `protocols` are those of its ALPN, in its order."""

    host: str | None
    protocols: tuple[bytes, ...] = ()

    @property
    def speaks_http(self) -> bool:
        """Whether the client takes HTTP/1 or HTTP/2: one that names no protocol does."""
        return not self.protocols or any(each == b"h2" or each.startswith(b"http/") for each in self.protocols)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Neither HTTP nor TLS, or too large: answer with this status."""

    status: int
    reason: str


FirstBytes: TypeAlias = Incomplete | Connecting | Announcement | Absolute | Origin | ClientHello | Malformed


def sort(seen: bytes) -> FirstBytes:
    """Tell what a connection wants by the bytes seen so far."""
    if not seen:
        return Incomplete()
    return _hello(seen) if seen[0] == _TLS_HANDSHAKE else _head(seen)


def _head(seen: bytes) -> FirstBytes:
    start = len(seen) - len(seen.lstrip(b"\r\n"))  # RFC 9112 section 2.2: empty lines before a request line
    method, space, rest = seen[start : start + HEAD_LIMIT].partition(b" ")
    if not _METHOD.match(method) and (space or method):
        return _not_http(seen[start:])
    line_end = rest.find(b"\n")
    if not space or line_end < 0:
        begun = _BEGUN.match(rest) if method not in (b"CONNECT", b"RECPROXY") else None
        return Absolute(host_text(begun[1])) if begun else _unfinished(seen)
    target, version, _ = rest[:line_end].rstrip(b"\r").rpartition(b" HTTP/")
    if not version:
        return _not_http(seen[start:])
    if method == b"PRI" and target == b"*":  # RFC 9113 section 3.4
        return _http2(seen)
    if method == b"CONNECT":
        return _connect(seen, target)
    if method == b"RECPROXY":
        return _announcement(seen, target)
    absolute = _ABSOLUTE.match(target)
    if absolute:
        return Absolute(host_text(absolute[1]))
    end = head_size(seen)
    if end < 0:
        return _unfinished(seen)
    host = _HOST.search(seen, start, end)
    return Origin(host_text(host[1]) if host else "")


def _http2(seen: bytes) -> FirstBytes:
    """What a client wants that speaks HTTP/2 from its first byte: its first request tells."""
    from recproxy.http.h2.first_head import first_authority  # noqa: PLC0415 - most runs have no HTTP/2

    try:
        authority = first_authority(seen)
    except ValueError:
        return Malformed(400, "neither HTTP nor TLS")
    return _unfinished(seen, greeting=_SETTINGS) if authority is None else Origin(host_text(authority))


def _not_http(seen: bytes) -> Malformed:
    return Malformed(400, NO_MAIL if begins_mail(seen) else "neither HTTP nor TLS")


def _connect(seen: bytes, target: bytes) -> FirstBytes:
    end = head_size(seen)
    if end < 0:
        return _unfinished(seen)
    try:
        host, port = split_authority(host_text(target), 443)
    except ValueError:
        return Malformed(400, "CONNECT without a valid host and port")
    if not host or port is None:
        return Malformed(400, "CONNECT without a host")
    return Connecting(host, port, end)


def _announcement(seen: bytes, target: bytes) -> FirstBytes:
    end = head_size(seen)
    if end < 0:
        return _unfinished(seen)
    port = _PORT.search(seen, 0, end)
    if port is None:
        return Malformed(400, "RECPROXY without a port")
    to = _TO.search(seen, 0, end)
    return Announcement(host_text(target), int(port[1]), int(to[1]) if to else 0)


def _unfinished(seen: bytes, greeting: bytes = b"") -> FirstBytes:
    return Malformed(431, "the head is too large") if len(seen) >= HEAD_LIMIT else Incomplete(greeting)


def _hello(seen: bytes) -> FirstBytes:
    handshake, complete = _handshake(seen)
    if handshake is None:
        return Malformed(400, "not a TLS ClientHello")
    if not complete:
        return _unfinished(seen)
    extensions = dict(_extensions(handshake))
    return ClientHello(_sni(extensions.get(0, b"")), tuple(_protocols(extensions.get(16, b""))))


def _handshake(seen: bytes) -> tuple[bytes | None, bool]:
    """The first handshake message, put together from its records, and whether it is whole; None if it is no hello."""
    message = bytearray()
    position = 0
    while position + 5 <= len(seen):
        if seen[position] != _TLS_HANDSHAKE or seen[position + 1] != 3:
            return None, False
        size = int.from_bytes(seen[position + 3 : position + 5], "big")
        message += seen[position + 5 : position + 5 + size]
        position += 5 + size
        if message and message[0] != 1:
            return None, False
        if len(message) >= 4:
            whole = 4 + int.from_bytes(message[1:4], "big")
            if len(message) >= whole:
                return bytes(message[:whole]), True
    return bytes(message), False


def _extensions(hello: bytes) -> Iterator[tuple[int, bytes]]:
    """The extensions of a ClientHello, by number; one that runs past the end is left out."""
    position = 4 + 2 + 32  # message head, legacy_version, random
    for width in (1, 2, 1):  # legacy_session_id, cipher_suites, legacy_compression_methods
        position += width + int.from_bytes(hello[position : position + width], "big")
    end = min(position + 2 + int.from_bytes(hello[position : position + 2], "big"), len(hello))
    position += 2
    while position + 4 <= end:
        kind = int.from_bytes(hello[position : position + 2], "big")
        size = int.from_bytes(hello[position + 2 : position + 4], "big")
        body = hello[position + 4 : position + 4 + size]
        if len(body) == size:
            yield kind, body
        position += 4 + size


def _sni(extension: bytes) -> str | None:
    """The server name of its extension, or None."""
    length = int.from_bytes(extension[3:5], "big")
    if extension[2:3] != b"\0" or len(extension) < 5 + length:
        return None
    return normal_host(extension[5 : 5 + length].decode("ascii", "replace")) or None


def _protocols(extension: bytes) -> Iterator[bytes]:
    """The names in an ALPN extension, RFC 7301 section 3.1."""
    position = 2
    while position < len(extension):
        size = extension[position]
        yield extension[position + 1 : position + 1 + size]
        position += 1 + size
