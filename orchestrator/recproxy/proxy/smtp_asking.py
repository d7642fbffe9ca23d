"""Something that is said to a mail server, until it has answered: as long as the scope lets it be asked.

Knows the exchanges of its lane; not what is said, nor the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream_errors import ReplayInsisted
from recproxy.recording import Step

__all__ = ["SmtpAsking"]


class SmtpAsking:
    """The `work` of asking for the scope with this traffic; with `says_more`, more is said before what is asked."""

    def __init__(self, work: Coroutine[Any, Any, tuple[Step, ...]], traffic: Traffic, *, says_more: bool) -> None:
        self._work = work
        self._traffic = traffic
        self._says_more = says_more
        self._working: asyncio.Future[tuple[Step, ...]] | None = None
        self._ended = ""

    async def answer(self) -> tuple[Step, ...]:
        """What the server does at last. Raises UpstreamError, and ReplayInsisted where a test begins that does so."""
        exchanges = self._traffic.exchanges
        if exchanges.is_shut() and not self._traffic.is_awaited:
            self._work.close()
            raise ReplayInsisted(502, INSISTS)
        self._working = asyncio.ensure_future(self._work)
        exchanges.add(self)
        try:
            return await self._working
        except asyncio.CancelledError:
            if not self._ended:
                raise
            raise ReplayInsisted(502, self._ended) from None
        finally:
            exchanges.discard(self)

    @property
    def lasts(self) -> bool:
        """Whether more is said before what is asked, or its scope has waited in vain."""
        return self._says_more or self._traffic.is_over

    @property
    def is_unheard(self) -> bool:
        """Its client waits for an answer."""
        return False

    def ends_with(self, traffic: object, *, answered: bool) -> bool:
        """It is no stream, and is waited for."""
        return False

    def end(self, why: str) -> None:
        """Break it off."""
        self._ended = why
        if self._working is not None:
            self._working.cancel()
