"""A request for a server on this machine that a client sent to a proxy, as the server takes it.

Clients differ in which spellings of loopback they ask no proxy for, so some arrive. Pure.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["local_head"]

_ABSOLUTE = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]*")
_CONNECTION = lazy_pattern(rb"(?:proxy-connection|proxy-authorization|connection|keep-alive)[ \t]*:", re.IGNORECASE)
_WEBSOCKET = lazy_pattern(rb"upgrade[ \t]*:[ \t]*websocket\b", re.IGNORECASE)


def local_head(head: bytes) -> bytes:
    """A complete head with a path for its absolute URL.

    It asks the server to close, because the next request may be elsewhere's, or to begin the WebSocket it asked for.
    """
    line, *lines = head.lstrip(b"\r\n").split(b"\n")
    method, space, rest = line.partition(b" ")
    path = _ABSOLUTE.sub(b"", rest, count=1)
    kept = [each for each in lines if not _CONNECTION.match(each)]
    way = b"Connection: Upgrade\r" if any(map(_WEBSOCKET.match, lines)) else b"Connection: close\r"
    return b"\n".join((method + space + (path if path.startswith(b"/") else b"/" + path), way, *kept))
