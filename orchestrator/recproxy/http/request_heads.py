"""Heads of requests that the parser refuses although HTTP allows them, written as it takes them.

llhttp knows a list of methods, ASCII targets, and one Content-Length. HTTP knows any token as a method, some clients
send targets as raw UTF-8, and equal values of Content-Length are one. RFC 9110 sections 9.1 and 8.6. Pure.
"""

from __future__ import annotations

import re

from recproxy.http.hosts import bracketed, host_text, split_authority
from recproxy.http.request_events import MalformedRequest
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers

__all__ = [
    "NO_HTTP2",
    "NO_MAIL",
    "OTHER_VERSION",
    "asks_websocket",
    "begins_mail",
    "can_be_plain",
    "head_size",
    "plain_head",
]

#: Why other versions, and HTTP/2 that was not agreed on, get no answer but 505.
NO_HTTP2 = "HTTP/2 begins with the first byte of a connection, or not at all"
NO_MAIL = 'SMTP is not spoken here: declare an endpoint with protocol = "smtp", or give the program a mail server of the test\'s own'
#: How a client of SMTP or LMTP begins. RFC 5321 section 4.1.1.1, RFC 2033 section 4.1.
_MAIL = (b"EHLO", b"HELO", b"LHLO")
OTHER_VERSION = "only HTTP/1.1 and HTTP/1.0 are supported"
#: RFC 6455 section 4.1.
_NO_WEBSOCKET = "a WebSocket begins with a GET of HTTP/1.1 that has no body"
_TOKEN = lazy_pattern(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
#: Of any number: the parser tells one that is not spoken from what is no version.
_VERSION = lazy_pattern(rb" HTTP/[0-9]\.[0-9]\r\Z")
_ABSOLUTE = lazy_pattern(rb"\A([A-Za-z][A-Za-z0-9+.-]*://)([^/?#\s]*)")
_LENGTH = lazy_pattern(rb"content-length[ \t]*:[ \t]*(.*?)[ \t]*\r?\Z", re.IGNORECASE | re.DOTALL)


def asks_websocket(method: bytes, headers: Headers, *, is_plain: bool) -> bool:
    """Whether a head that asks for another protocol asks for a WebSocket; `is_plain`: of HTTP/1.1, and without a body.

    Raises:
        MalformedRequest: it does, and no WebSocket begins like that.
    """
    asks = any(name.lower() == b"upgrade" and b"websocket" in value.lower() for name, value in headers)
    if asks and not (is_plain and method == b"GET"):
        raise MalformedRequest(400, _NO_WEBSOCKET)
    return asks


def can_be_plain(data: bytes) -> bool:
    """Whether what has come of a head may become one that the parser takes; if not, waiting for its end is no use."""
    line, newline, _ = data.lstrip(b"\r\n").partition(b"\n")
    method = line.partition(b" ")[0]
    return _TOKEN.fullmatch(method) is not None and (not newline or _VERSION.search(line) is not None)


def head_size(data: bytes | bytearray, searched: int = 0) -> int:
    """The size of a head with its empty line, or -1 where it is not complete. It did not end in what was `searched`.

    Lines may end with a bare LF: RFC 9112 section 2.2.
    """
    start = searched - 2 if searched > 2 else len(data) - len(data.lstrip(b"\r\n"))
    ends = [place + len(mark) for mark in (b"\n\r\n", b"\n\n") if (place := data.find(mark, start)) >= 0]
    return min(ends, default=-1)


def plain_head(head: bytes) -> tuple[bytes, bytes]:
    """A complete head as the parser takes it, and the method that it really has; empty where that is no method."""
    line, *lines = head.lstrip(b"\r\n").split(b"\n")
    method, space, rest = line.partition(b" ")
    if not _TOKEN.fullmatch(method) or method == b"CONNECT" or not space:
        return head, b""
    if not rest.isascii():
        rest = _ABSOLUTE.sub(_ascii_authority, rest, count=1)
        rest = b"".join(b"%%%02X" % byte if byte > 127 else bytes((byte,)) for byte in rest)
    return b"\n".join((b"POST " + rest, *_one_length(lines))), method


def _ascii_authority(absolute: re.Match[bytes]) -> bytes:
    """The start of an absolute target with its host as IDNA has it, by which its owner is found; as it was if it has none."""
    user, at, authority = absolute[2].rpartition(b"@")
    try:
        host, port = split_authority(host_text(authority))
    except ValueError:
        return absolute[0]
    if not host.isascii():
        return absolute[0]
    return absolute[1] + user + at + (bracketed(host) + (f":{port}" if port else "")).encode()


def _one_length(lines: list[bytes]) -> list[bytes]:
    """The lines of a head with one Content-Length where all that are there are equal."""
    found = {number: match[1] for number, each in enumerate(lines) if (match := _LENGTH.match(each))}
    values = {value.strip() for all_values in found.values() for value in all_values.split(b",")}
    if len(values) != 1 or not (length := values.pop()).isdigit():
        return lines
    first = min(found)
    kept = [each for number, each in enumerate(lines) if number not in found or number == first]
    kept[first] = b"Content-Length: " + length + b"\r"
    return kept


def begins_mail(data: bytes) -> bool:
    """Whether bytes that are no request begin a conversation of SMTP or LMTP."""
    return data[:4].upper() in _MAIL and data[4:5] in (b" ", b"\r", b"\n")
