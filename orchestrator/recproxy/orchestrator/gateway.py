"""The gateway: the one address in HTTP(S)_PROXY. It accepts connections; each is an arrival until it is sent on.

Loopback only.
"""

from __future__ import annotations

import asyncio
import errno
import socket

from recproxy.orchestrator.arrival import Arrival, Router

__all__ = ["Gateway", "listener"]

#: Suites open hundreds of connections at once; the system lowers this to its own limit.
_BACKLOG = 4096
#: Connections accepted per turn of the event loop: more would keep those already accepted waiting.
_ACCEPTS_AT_ONCE = 64
#: Without free descriptors, accept would fail in a tight loop; wait until some connections have ended.
_OUT_OF_DESCRIPTORS_SECONDS = 0.05


def listener(backlog: int = _BACKLOG) -> socket.socket:
    """A listening socket on loopback, its port assigned and kept."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    sock.setblocking(False)
    return sock


class Gateway:
    """Accepts the connections of one lane and routes them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, router: Router) -> None:
        self._loop = loop
        self._router = router
        self._listener = listener()
        self.port: int = self._listener.getsockname()[1]
        self._arrivals: set[Arrival] = set()
        loop.add_reader(self._listener, self._accept)

    def take_back(self, sock: socket.socket, held: bytes) -> None:
        """Route a connection again that a proxy handed back, with the bytes it had read."""
        self._arrived(sock, held)

    def close(self) -> None:
        """Stop accepting and drop what has not been routed."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        for arrival in tuple(self._arrivals):
            arrival.drop()

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                sock, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as problem:
                if problem.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                # Connections wait in the backlog until others have been handed over.
                self._loop.remove_reader(self._listener)
                self._loop.call_later(_OUT_OF_DESCRIPTORS_SECONDS, self._accept_again)
                return
            self._arrived(sock, b"")

    def _accept_again(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)

    def _arrived(self, sock: socket.socket, held: bytes) -> None:
        sock.setblocking(False)
        arrival = Arrival(sock, held, self._loop, self._router, self._arrivals.discard)
        self._arrivals.add(arrival)
        arrival.look()
