"""What a client gets: an answer at once, or work that takes its time and writes through a downstream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from recproxy.recording.dataclass import dataclass

__all__ = ["Answer", "Downstream", "Due", "LateAnswer", "Later", "Work"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write, and whether the connection ends behind it; `reset` drops it without a word."""

    data: bytes
    close: bool = False
    reset: bool = False


class Downstream(Protocol):
    """The client's side of what takes its time."""

    @property
    def has_gone(self) -> bool:
        """Whether the connection is lost: nothing that is written arrives."""

    def write(self, data: bytes) -> None:
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


@dataclass(frozen=True, slots=True)
class Due:
    """An answer that is made when its turn comes: it waits for a client that does not read, and may be large."""

    make: Callable[[], Answer | Work]


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


class _LateWork:
    def __init__(self, downstream: Downstream, answer: asyncio.Future[Answer | Later]) -> None:
        self._downstream = downstream
        self._answer = answer

    async def run(self) -> bool:
        """Wait for the answer and write it."""
        answer = await asyncio.shield(self._answer)
        if not isinstance(answer, Answer):
            return await answer.work(self._downstream).run()
        if answer.reset:
            self._downstream.abort()
        else:
            self._downstream.write(answer.data)
        return not answer.close
