"""Options of sockets that both the gateway and the proxies set: acknowledge at once, and reset on close."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Any

__all__ = ["acknowledge", "reset_on_close"]

#: On, and no time: what was not sent is dropped, and the peer sees a reset instead of an end.
_NO_LINGER = struct.pack("ii", 1, 0)
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def acknowledge(sock: Any) -> None:
    """Acknowledge a part of a request at once.

    The kernel would wait 40 ms for an answer to send it with, and a client that sends head and body apart with Nagle's
    algorithm on (urllib3 through a proxy) waits for it before it sends the rest.
    """
    if _QUICKACK is not None and sock is not None:
        with contextlib.suppress(OSError):  # the client has gone
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def reset_on_close(sock: Any) -> None:
    """Let the peer of a connection see a reset when it is closed, so that nobody takes that for a proper end."""
    if sock is not None:
        with contextlib.suppress(OSError):  # the client has gone
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
