"""The address that an isolated command connected to: in its network every address is on loopback, and so is ours.

It tells where a TLS connection without a server name was meant to go. Outside of such a network it tells nothing.
"""

from __future__ import annotations

import socket

from recproxy.control.host_names import is_loopback
from recproxy.orchestrator.isolated_names import EVERY_NAME

__all__ = ["reached_address"]


def reached_address(sock: socket.socket) -> str | None:
    """The literal address of a connection; None for loopback, and for the address that every name resolves to."""
    try:
        address = str(sock.getsockname()[0])
    except OSError:
        return None
    return None if is_loopback(address) or address == str(EVERY_NAME) else address
