"""Work beside an event loop that nobody waits for when the program ends."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["Background"]

_Result = TypeVar("_Result")
#: Two, so that a large text does not hold up the others.
_THREADS = 2


class Background:
    """Runs functions in a few threads, which begin with the first one and end with the program, whatever they do then."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._begun = False

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """What a function returns or raises. A function whose caller is cancelled before it begins never runs."""
        if not self._begun:
            self._begun = True
            for _ in range(_THREADS):  # no executor: one waits for its threads at the end of the program
                threading.Thread(target=self._work, daemon=True).start()
        done: Future[_Result] = Future()
        self._waiting.put((done, work))
        return await asyncio.wrap_future(done)

    def _work(self) -> None:
        while True:
            done, work = self._waiting.get()
            if not done.set_running_or_notify_cancel():
                continue
            try:
                done.set_result(work())
            except BaseException as problem:  # noqa: BLE001 - whoever waits for it gets it
                done.set_exception(problem)
