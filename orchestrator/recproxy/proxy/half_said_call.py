"""A gRPC call that is answered as a whole, while its client has not said all: its scope must not end without a word of it.

Knows neither the stream nor the recordings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

__all__ = ["HalfSaidCall", "OpenCall"]


class OpenCall(Protocol):
    """A call of a scope that is open."""

    @property
    def running(self) -> asyncio.Future[object] | None:
        """Done when it is over; None before it has begun."""

    @property
    def is_answered(self) -> bool:
        """Whether the answer has begun."""

    @property
    def is_waiting(self) -> bool:
        """Whether its client must say more before it is answered."""

    def end(self) -> None:
        """Its scope has ended, and was waited for: break it off, as a miss if it was not answered."""


class HalfSaidCall:
    """One of the `calls` of a scope until it is over; `refuse` answers it as a miss."""

    is_answered = False
    is_waiting = True

    def __init__(self, calls: set[OpenCall], refuse: Callable[[], None]) -> None:
        self.running: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._calls = calls
        self._refuse = refuse
        calls.add(self)

    def over(self) -> None:
        """Its client has said all, or has gone."""
        self._calls.discard(self)
        if not self.running.done():
            self.running.set_result(None)

    def end(self) -> None:
        """Its scope has ended, and was waited for."""
        self.over()
        self._refuse()
