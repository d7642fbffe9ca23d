"""A connection that speaks another protocol from the service's 101 on: bytes both ways, unread and not recorded.

Knows the client's side and a link to the service; not what is said. Each end hears the other's: a half-close where the
transport has one, a reset as a reset. When one has ended, the other is waited for as long as something passes.
"""

from __future__ import annotations

import asyncio
import contextlib

from recproxy.control.sockets import reset_on_close
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.link import Link

__all__ = ["Tunnel"]

_READ = 65536
#: Seconds for the last that a client sent before it went to be on its way.
_FLUSH = 5.0


class Tunnel:
    """A client and a service, joined; `feed` is what the client sends, `seconds` how long a lone end may be silent."""

    def __init__(self, downstream: Downstream, link: Link, feed: BodyFeed, seconds: float | None) -> None:
        self._downstream = downstream
        self._link = link
        self._feed = feed
        self._seconds = seconds
        self._passed = 0

    async def run(self) -> None:
        """Let bytes pass until both ends are done, or one is that takes the other with it."""
        up = asyncio.ensure_future(self._up())
        down = asyncio.ensure_future(self._down())
        try:
            await self._watch(up, down)
        except OSError:  # the service broke off
            self._downstream.abort()
        except asyncio.CancelledError:
            await self._leave()
            raise
        finally:
            up.cancel()
            down.cancel()
            self._link.close()

    def abort(self) -> None:
        """Break the service's connection off: what came of the client must not look whole."""
        reset_on_close(self._link.writer.get_extra_info("socket"))
        self._link.writer.transport.abort()

    async def _watch(self, up: asyncio.Future[None], down: asyncio.Future[bool]) -> None:
        waiting: set[asyncio.Future[None] | asyncio.Future[bool]] = {up, down}
        while waiting:
            passed = self._passed
            seconds = self._seconds if len(waiting) == 1 else None
            done, waiting = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if down in done and not down.result():
                return
            if not done and passed == self._passed:
                return

    async def _up(self) -> None:
        """From the client to the service."""
        writer = self._link.writer
        while (piece := await self._feed.next()) is not None:
            self._passed += 1
            if not writer.is_closing():  # it may have ended, and the client not yet
                with contextlib.suppress(OSError):  # the other way tells
                    writer.write(piece)
                    await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    async def _down(self) -> bool:
        """From the service to the client; whether the client can still send."""
        data = self._link.protocol.trailing_data[0] or await self._link.reader.read(_READ)
        while data:
            self._passed += 1
            self._downstream.write(data)
            await self._downstream.drain()
            data = await self._link.reader.read(_READ)
        return self._downstream.end()

    async def _leave(self) -> None:
        """The client is gone: what it sent before it ended is sent on; if it did not end, the service sees that."""
        writer = self._link.writer
        if not self._feed.ended:
            self.abort()
            return
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_FLUSH):
                while (piece := await self._feed.next()) is not None:
                    writer.write(piece)
                await writer.drain()
