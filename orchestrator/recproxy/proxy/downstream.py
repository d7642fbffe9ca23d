"""What a client gets: an answer at once, or work that takes its time and writes through a downstream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from recproxy.lazy.dataclass import dataclass
from recproxy.proxy.body import BodyFeed

__all__ = ["PIECE", "Answer", "Downstream", "LateAnswer", "LateForm", "Later", "Onward", "Work", "send"]

#: So many bytes are written at once; the rest of a larger answer waits until the client has read.
PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write, and whether the connection ends behind it; `reset` drops it without a word."""

    data: bytes | memoryview
    close: bool = False
    reset: bool = False


class Downstream(Protocol):
    """The client's side of what takes its time.

    `feed` is what the client sends behind a request that asks for another protocol; else None. `again` gives what answers
    that request in the scope that is open now, if that is another one; `onward` forwards it to its service, if the scope allows that.
    """

    #: Whether the client has said that it sends no more; over TCP it may have gone then.
    client_has_ended: bool
    feed: BodyFeed | None
    again: Callable[[], Answer | Later | None] | None
    onward: Onward | None

    @property
    def has_gone(self) -> bool:
        """Whether the connection is lost: nothing that is written arrives."""

    def write(self, data: bytes | memoryview) -> None:
        """Send to the client."""

    async def drain(self) -> None:
        """Wait while the client does not read."""

    def end(self) -> bool:
        """Tell the client that nothing more comes, and hear it on; False where it is no longer there, or over TLS."""

    def abort(self) -> None:
        """Break the connection off: the response cannot be finished, and must not look as if it were."""


class Work(Protocol):
    """An answer that takes its time."""

    async def run(self) -> bool:
        """Answer; return whether the client's connection may go on."""

    def drop(self) -> None:
        """It has run, or never will: its client has gone, or has its last answer."""
        return


class Onward(Protocol):
    """The way from a recorded answer to the service."""

    @property
    def is_open(self) -> bool:
        """Whether the scope that is open now lets requests go to the service."""

    def go(self, downstream: Downstream, feed: BodyFeed) -> Work:
        """Forward the last request: `downstream` gets the response, `feed` holds what the client sends from now on."""


class Later(Protocol):
    """An answer that takes its time, not yet for any client."""

    def work(self, downstream: Downstream) -> Work:
        """The work that answers this client."""


class LateAnswer:
    """The answer to a request that is not ready yet; found out also where the client does not wait for it."""

    def __init__(self, answer: asyncio.Future[Answer | Later]) -> None:
        self._answer = answer

    def work(self, downstream: Downstream) -> _LateWork:
        """The answer on its way to a client."""
        return _LateWork(downstream, self._answer)


class LateForm:
    """An answer whose bytes are made when its turn comes: it waits for a client that does not read, and may be large."""

    def __init__(self, make: Callable[[], Answer | Later], failed: Callable[[Exception], Answer]) -> None:
        self._make = make
        self._failed = failed

    def form(self) -> Answer | Later:
        """The answer with its bytes; what goes wrong with them is an answer, too."""
        try:
            return self._make()
        except Exception as problem:  # noqa: BLE001 - one answer's trouble is told, and is that answer's alone
            return self._failed(problem)

    def work(self, downstream: Downstream) -> _FormWork:
        """The answer on its way to a client."""
        return _FormWork(downstream, self)


async def send(downstream: Downstream, data: bytes | memoryview) -> None:
    """Write bytes as the client reads them."""
    if len(data) <= PIECE:
        downstream.write(data)
        return
    view = memoryview(data)
    for start in range(0, len(view), PIECE):
        if start:
            await downstream.drain()
        downstream.write(view[start : start + PIECE])


async def _answer(downstream: Downstream, answer: Answer | Later) -> bool:
    if isinstance(answer, LateForm):
        answer = answer.form()
    if not isinstance(answer, Answer):
        return await answer.work(downstream).run()
    if answer.reset:
        downstream.abort()
    else:
        await send(downstream, answer.data)
    return not answer.close


class _FormWork(Work):
    def __init__(self, downstream: Downstream, late: LateForm) -> None:
        self._downstream = downstream
        self._late = late

    async def run(self) -> bool:
        """Make the answer and write it."""
        return await _answer(self._downstream, self._late)


class _LateWork(Work):
    def __init__(self, downstream: Downstream, answer: asyncio.Future[Answer | Later]) -> None:
        self._downstream = downstream
        self._answer = answer

    async def run(self) -> bool:
        """Wait for the answer and write it."""
        return await _answer(self._downstream, await asyncio.shield(self._answer))
