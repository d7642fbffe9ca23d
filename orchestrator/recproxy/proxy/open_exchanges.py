"""The exchanges of one lane that are under way, and which of them end when a test begins that insists on replay.

Knows when each ends; not how its client is told, nor what is kept of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

__all__ = ["INSISTS", "TEST_ENDED", "OpenExchange", "OpenExchanges"]

#: Why an exchange ends, for its client and for the scope that it belongs to.
INSISTS = "the test that is running now insists on replay"
#: The same where its own test has ended.
TEST_ENDED = "the test that began this call has ended"
#: Seconds for an ordinary answer that is late: as many as the end of a scope waits for one.
_GRACE = 5.0


class OpenExchange(Protocol):
    """An exchange that is under way."""

    @property
    def lasts(self) -> bool:
        """Whether it goes on by itself, or has been waited for."""

    @property
    def is_unheard(self) -> bool:
        """Whether its client sends no more, and may have gone."""

    def ends_with(self, traffic: object, *, answered: bool) -> bool:
        """Whether it ends with the scope with this traffic: a stream, or a call of gRPC whose client may say more.

        An `answered` call has a response.
        """

    def end(self, why: str) -> None:
        """Break it off, unless its end is on the way already."""


class OpenExchanges:
    """The exchanges under way in a lane, of whichever of its scopes."""

    def __init__(self) -> None:
        #: Whether the scope that is open in the lane now insists on replay: nothing may begin or go on then.
        self.is_shut: Callable[[], bool] = lambda: False
        self._open: set[OpenExchange] = set()

    def add(self, exchange: OpenExchange) -> None:
        """One begins."""
        self._open.add(exchange)

    def discard(self, exchange: OpenExchange) -> None:
        """One has ended."""
        self._open.discard(exchange)

    def turn(self) -> None:
        """Another scope is open: if it insists on replay, end what goes on, and soon what does not end by itself."""
        if not self.is_shut():
            return
        for each in tuple(self._open):
            if each.lasts:
                each.end(INSISTS)
            else:
                asyncio.get_running_loop().call_later(_GRACE, self._end_late, each)

    def leave(self, traffic: object, *, answered: bool, unheard: bool = False) -> None:
        """The scope with this traffic has ended: so do its streams, and its calls of gRPC whose clients may say more.

        A call that was `answered` goes both ways; another may be the messages for one answer, on their way still. With
        `unheard`, only those end whose clients may have gone.
        """
        for each in tuple(self._open):
            if each.ends_with(traffic, answered=answered) and (each.is_unheard or not unheard):
                each.end(TEST_ENDED)

    def _end_late(self, exchange: OpenExchange) -> None:
        if self.is_shut():
            exchange.end(INSISTS)
