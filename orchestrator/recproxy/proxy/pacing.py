"""A recorded answer sent as slowly as the service sent it: piece by piece, each after the gap before it; or with a fault.

Knows the client's side of a connection and the clock. Profiles with `pace = "recorded"` and responses with `:fault` have such answers.
"""

from __future__ import annotations

import asyncio

from recproxy.http import Pieces
from recproxy.lazy.dataclass import dataclass
from recproxy.proxy.downstream import Downstream, Work, send

__all__ = ["PacedAnswer", "Pacing"]


@dataclass(frozen=True, slots=True)
class PacedAnswer:
    """What to write in pieces, and whether the connection ends behind them, by a reset if so."""

    pieces: Pieces
    close: bool = False
    reset: bool = False

    def work(self, downstream: Downstream) -> Pacing:
        """The answer on its way to a client."""
        return Pacing(downstream, self)


class Pacing(Work):
    """A paced answer on its way; `run` returns whether the client's connection may go on."""

    def __init__(self, downstream: Downstream, answer: PacedAnswer) -> None:
        self._downstream = downstream
        self._answer = answer

    async def run(self) -> bool:
        """Send the pieces, each at its time; a client that reads slowly does not delay the ones behind it twice."""
        clock = asyncio.get_running_loop().time
        due = clock()
        for gap, data in self._answer.pieces:
            due += gap
            wait = due - clock()
            if wait > 0:
                await asyncio.sleep(wait)
            await send(self._downstream, data)
            await self._downstream.drain()
        if self._answer.reset:
            self._downstream.abort()
        return not self._answer.close
