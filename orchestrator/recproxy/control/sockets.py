"""An option of sockets that both the gateway and the proxies set: acknowledge at once."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

__all__ = ["acknowledge"]

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def acknowledge(sock: Any) -> None:
    """Acknowledge a part of a request at once.

    The kernel would wait 40 ms for an answer to send it with, and a client that sends head and body apart with Nagle's
    algorithm on (urllib3 through a proxy) waits for it before it sends the rest.
    """
    if _QUICKACK is not None and sock is not None:
        with contextlib.suppress(OSError):  # the client has gone
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
