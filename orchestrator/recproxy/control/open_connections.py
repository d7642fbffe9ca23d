"""The client connections of one process, oldest first: when there are too many, or after a while, idle ones are closed.

A process that has no file descriptor left can accept nothing, start nothing and save nothing. Knows no protocol.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from recproxy.control.process_limits import MOST_DESCRIPTORS

__all__ = ["CROWDED", "IdleConnection", "OpenConnections", "descriptor_share"]

CROWDED = (
    "idle connections of clients were closed, the oldest first, because recproxy may open no more files: raise the limit "
    "(ulimit -n), or close connections that are not used"
)


class IdleConnection(Protocol):
    """A connection that may be waiting for its client; whoever hears from the client sets `is_fresh`."""

    is_fresh: bool

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way on it."""

    def close(self) -> None:
        """Drop it."""


_Connection = TypeVar("_Connection", bound=IdleConnection)


class OpenConnections(Generic[_Connection]):
    """The open connections, at most about `most`; `crowded` is called when one had to go before its time.

    One that has been idle for `seconds` is closed, after at most twice that time; 0 means never.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, most: int, seconds: float = 0, crowded: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._most = most
        self._seconds = seconds
        self._crowded = crowded
        self._connections: dict[_Connection, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[_Connection]:
        return iter(tuple(self._connections))

    def add(self, connection: _Connection) -> None:
        """Take one in; the oldest idle one goes if there are too many."""
        if len(self._connections) >= self._most:
            self.shed()
        self._connections[connection] = None
        if self._timer is None and self._seconds:
            self._timer = self._loop.call_later(self._seconds, self._sweep)

    def discard(self, connection: _Connection) -> None:
        """It has ended."""
        self._connections.pop(connection, None)

    def shed(self) -> bool:
        """Close the oldest idle connection; whether there was one."""
        oldest = next((each for each in self._connections if each.is_idle), None)
        if oldest is None:
            return False
        self._crowded()
        self.discard(oldest)
        oldest.close()
        return True

    def close(self) -> None:
        """Close all of them."""
        if self._timer is not None:
            self._timer.cancel()
        for each in self:
            each.close()

    def _sweep(self) -> None:
        self._timer = None
        for each in self:
            if each.is_idle and not each.is_fresh:
                self.discard(each)
                each.close()
            else:
                each.is_fresh = False
        if self._connections:
            self._timer = self._loop.call_later(self._seconds, self._sweep)


def descriptor_share(part: float) -> int:
    """How many descriptors a part of this process may use."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(int((MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft) * part), 1)
