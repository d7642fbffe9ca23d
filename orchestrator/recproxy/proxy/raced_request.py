"""One request and its response over a link: sending and receiving are raced, so that neither waits for the other.

A service may answer before it has the whole request, and a request may fail to be sent while nothing comes. Time
counts only while no more of the request goes out, and interim responses do not buy any.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

import h11

from recproxy.proxy.eager_task import begin_at_once
from recproxy.proxy.link import ServiceLink
from recproxy.proxy.upstream_errors import UpstreamError

__all__ = ["RacedRequest"]


class RacedRequest:
    """A request on its way, and the events of its response; `progress` grows while more of the request comes."""

    def __init__(self, *, seconds: float | None, progress: Callable[[], int]) -> None:
        self._seconds = seconds
        self._progress = progress
        self._link: ServiceLink
        self._sending: asyncio.Future[None]

    def begin(self, link: ServiceLink, send: Coroutine[None, None, None]) -> None:
        """Send it over a link, as much as can be sent now, and the rest in a task.

        What was sent over another link before has been ended.
        """
        self._link = link
        self._loop = asyncio.get_running_loop()  # looked up once: each time it asks the kernel which process this is
        self._sending = begin_at_once(send)
        self._passed = self._progress()
        self._restart()

    async def next(self, waits: Callable[[], None] | None = None) -> object:
        """The next event of the response, as h11 names them; `waits` is called before it has to be waited for."""
        while (event := self._link.event()) is h11.NEED_DATA:
            if waits is not None:
                waits()
            await self._read()
        if not isinstance(event, h11.InformationalResponse):
            self._restart()
        elif self._left() == 0:
            self._more_time()
        return event

    async def stop_sending(self) -> None:
        """Send no more of it."""
        if self._sending.done() and not self._sending.cancelled() and self._sending.exception() is None:
            return  # nearly always
        self._sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError, h11.LocalProtocolError, UpstreamError):
            await self._sending

    def _restart(self) -> None:
        self._deadline = None if self._seconds is None else self._loop.time() + self._seconds

    async def _read(self) -> None:
        """Have more of the response, or the reason why the request cannot be sent."""
        if self._sending.done():
            self._check()
            await self._read_alone()
        else:
            await self._race()

    async def _read_alone(self) -> None:
        """Have more of the response to a request that was sent; a task, or `asyncio.timeout`, would take longer than the rest."""
        if self._deadline is None:
            await self._link.read()
            return
        ends = self._loop.call_at(self._deadline, self._give_up)
        try:
            await self._link.read()
        finally:
            ends.cancel()

    def _give_up(self) -> None:
        self._link.fail(self._silence())

    async def _race(self) -> None:
        reading = asyncio.ensure_future(self._link.read())
        try:
            while not reading.done():
                both = {reading} if self._sending.done() else {reading, self._sending}
                await asyncio.wait(both, timeout=self._left(), return_when=asyncio.FIRST_COMPLETED)
                self._check()
                if not reading.done() and self._left() == 0:
                    self._more_time()
            reading.result()
        finally:
            if not reading.done():
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError, UpstreamError):
                    await reading

    def _left(self) -> float | None:
        if self._deadline is None:
            return None
        return max(0.0, self._deadline - self._loop.time())

    def _more_time(self) -> None:
        """Time counts anew if more of the request has come since; else it has run out."""
        if self._sending.done() or self._progress() == self._passed:
            raise self._silence()
        self._passed = self._progress()
        self._restart()

    def _silence(self) -> UpstreamError:
        return UpstreamError(504, f"the service sent nothing for {self._seconds:g} s")

    def _check(self) -> None:
        """A connection that broke while sending may still hold a response; what cannot be sent at all has none."""
        if self._sending.done() and not self._sending.cancelled():
            problem = self._sending.exception()
            if problem is not None and not isinstance(problem, OSError):
                raise problem
