"""Work that begins at once, and becomes a task only where it has to wait.

As `eager_start` of asyncio's tasks, which came with Python 3.12. Most requests are sent without any waiting: a task, and the
turn of the event loop in which it begins, take longer than to send them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any

__all__ = ["begin_at_once"]


def begin_at_once(work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    """Run a coroutine up to where it waits, now, and the rest in a task; what it raises is in the future.

    Its first steps are made in the task of the caller: there it must not set timeouts, nor ask which task it is. Where it
    waits for a task, that is not cancelled along with it before its own first turn.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    try:
        waits_for = work.send(None)
    except StopIteration:
        ended.set_result(None)
    except Exception as problem:  # noqa: BLE001 - whoever waits for the future gets it
        ended.set_exception(problem)
    else:
        return loop.create_task(_Begun(work, waits_for))
    return ended


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that has begun: what it waits for comes from it once more, for the task that goes on with it."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: object) -> None:
        self._work = work
        self._first = [waits_for]

    def send(self, value: Any) -> object:
        return self._first.pop() if self._first else self._work.send(value)

    def throw(self, *problem: Any) -> object:
        self._first.clear()
        return self._work.throw(*problem)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise NotImplementedError("only a task goes on with it")
