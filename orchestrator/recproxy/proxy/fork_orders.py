"""The orders that reach the fork server: read from a socket, and waited for while modules are still imported.

Imported before all else, so it imports little itself.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from recproxy.control.forks import LONGEST_ORDER, ForkOrder, read_fork_order
from recproxy.proxy.leftovers import Leftovers

__all__ = ["ForkOrders", "UntilImported"]


class ForkOrders:
    """The orders to fork; what the others say is kept in `leftovers`."""

    def __init__(self, orders: socket.socket) -> None:
        self.socket = orders
        self.leftovers = Leftovers()

    def __iter__(self) -> Iterator[tuple[ForkOrder, str, list[int]]]:
        """Yield what to fork, its name and two descriptors, or to have ready, until the orchestrator closes its end or dies."""
        unread, descriptors = b"", []
        while True:
            try:
                data, given, _, _ = socket.recv_fds(self.socket, LONGEST_ORDER, 2)
            except ConnectionResetError:  # it died before it had read our reports
                return
            if not data:
                return
            descriptors += given
            *orders, unread = (unread + data).split(b"\0")
            for kind, value in map(read_fork_order, orders):
                if kind in (ForkOrder.PROXY, ForkOrder.REDACTION_WORKER):
                    yield kind, value, [descriptors.pop(0), descriptors.pop(0)]
                elif kind is ForkOrder.WAY_OUT:
                    yield kind, value, []
                else:
                    self.leftovers.note(kind, value)


class UntilImported:
    """A context that ends this process if the orchestrator dies within it: imports would go on for as long as they take.

    A thread waits for that. It has ended when the context is left, because the fork server must have no threads.
    """

    def __init__(self, orders: ForkOrders) -> None:
        self._orders = orders
        self._read, self._write = os.pipe()
        self._thread = threading.Thread(target=self._wait, daemon=True)

    def __enter__(self) -> Self:
        """Begin to wait."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait no more."""
        os.close(self._write)
        self._thread.join()
        os.close(self._read)

    def _wait(self) -> None:
        poll = select.poll()
        orders = self._orders.socket.fileno()
        for descriptor in (orders, self._read):
            poll.register(descriptor, 0)  # no event but the end of the other side: orders may come meanwhile
        if orders in dict(poll.poll()):
            for _ in self._orders:  # forks nobody needs any more; the others tell what to clear away
                pass
            self._orders.leftovers.clear(set())
            os._exit(0)
