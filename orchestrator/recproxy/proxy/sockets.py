"""What an event loop does not do to a client's socket: reset it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

__all__ = ["reset"]

#: On, and no time: what was not sent is dropped, and the peer sees a reset instead of an end.
_NO_LINGER = struct.pack("ii", 1, 0)


def reset(transport: asyncio.Transport) -> None:
    """Break a connection off so that its peer cannot take it for a proper end."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
