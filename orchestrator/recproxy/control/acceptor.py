"""Accepts the connections of a listening socket, a number of them in each turn of the event loop."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

__all__ = ["Acceptor"]

#: Connections accepted per turn of the event loop: more would keep those already accepted waiting.
_ACCEPTS_AT_ONCE = 64
#: Without free descriptors, accept would fail in a tight loop; wait until some connections have ended.
_OUT_OF_DESCRIPTORS_SECONDS = 0.05


class Acceptor:
    """Calls `arrived` with each connection, which does not block, until it is closed.

    `shed` closes an idle connection where there is one, when this process can open no more. `admits` closes those that
    may not ask.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        arrived: Callable[[socket.socket], None],
        shed: Callable[[], bool] = lambda: False,
        admits: Callable[[socket.socket], bool] = lambda _: True,
    ) -> None:
        self._loop = loop
        self._shed = shed
        self._admits = admits
        self._listener = listener
        self._arrived = arrived
        loop.add_reader(listener, self._accept)

    def close(self) -> None:
        """Stop accepting."""
        self._loop.remove_reader(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                sock, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as problem:
                if problem.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                if self._shed():
                    return  # its descriptor is free in the next turn, which comes at once
                # Connections wait in the backlog until others have been handed over.
                self._loop.remove_reader(self._listener)
                self._loop.call_later(_OUT_OF_DESCRIPTORS_SECONDS, self._accept_again)
                return
            sock.setblocking(False)
            if self._admits(sock):
                self._arrived(sock)

    def _accept_again(self) -> None:
        if self._listener.fileno() >= 0:
            self._loop.add_reader(self._listener, self._accept)
