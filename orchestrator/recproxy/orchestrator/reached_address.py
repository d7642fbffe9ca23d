"""The literal address that a connection was to go to, which TLS without a server name does not say.

In the network of an isolated command every address is on loopback, and so is ours: the connection has it. Elsewhere the
redirect announces it, by the port that the connection will come from, for connections of its own machine only.
"""

from __future__ import annotations

import socket

from recproxy.control.host_names import is_loopback
from recproxy.control.listening import peer_of
from recproxy.orchestrator.isolated_names import EVERY_NAME

__all__ = ["ReachedAddresses"]

#: Of connections that were announced and have not come: there are no more at a time than a system opens.
_MOST = 4096
#: No name of a host is longer (RFC 1035 section 2.3.4).
_LONGEST = 255
_NOWHERE = ("", 0)


class ReachedAddresses:
    """The addresses of a gateway's connections."""

    def __init__(self) -> None:
        self._announced: dict[tuple[str, int], tuple[str, int]] = {}

    def announce(self, peer: str, port: int, host: str, to: int = 0) -> None:
        """Remember where a peer's next connection from a port is to go, on this machine also `to` which port.

        A name that is too long for a host is not remembered.
        """
        if len(host) > _LONGEST:
            return
        while len(self._announced) >= _MOST:
            del self._announced[next(iter(self._announced))]
        self._announced[peer, port] = (host, to)

    def announced(self, sock: socket.socket) -> tuple[str, int]:
        """What was announced for a new connection, or nothing. It holds once: another may come from the same port later."""
        if not self._announced:
            return _NOWHERE
        try:
            return self._announced.pop((peer_of(sock), sock.getpeername()[1]), _NOWHERE)
        except OSError:
            return _NOWHERE

    def of(self, sock: socket.socket) -> str | None:
        """The literal address of a connection; None for loopback, and for the address that every name resolves to."""
        try:
            address = str(sock.getsockname()[0])
        except OSError:
            return None
        return None if is_loopback(address) or address == str(EVERY_NAME) else address
