"""The connections of HTTP/2 of one profile, by target: opened when one is needed, kept while it is not.

Imported when a client that speaks HTTP/2 first asks a service.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from recproxy.proxy.h2_link import H2Link
from recproxy.proxy.h2_service import H2Service
from recproxy.proxy.link import Link
from recproxy.proxy.route import Target
from recproxy.proxy.upstream_errors import UpstreamError

__all__ = ["H2Services"]

#: So many connections are kept on which nothing is under way.
_MOST_IDLE = 16
#: How many seconds a service without TLS may take to show that it speaks HTTP/2.
_GREETING_SECONDS = 5.0


class H2Services:
    """The shared connections; `keep` takes one that turned out to speak HTTP/1.1, over TLS, for a later request."""

    def __init__(self, keep: Callable[[Target, Link], None]) -> None:
        self._keep = keep
        #: What does not speak HTTP/2.
        self._http1: set[Target] = set()
        self._services: defaultdict[Target, list[H2Service]] = defaultdict(list)
        self._opening: dict[Target, asyncio.Future[None]] = {}

    async def link(
        self, target: Target, connect: Callable[[], Awaitable[Link]], *, again: bool, upgrades: bool = False
    ) -> H2Link | None:
        """A stream to a target; None if that speaks HTTP/1.1 only, or takes no WebSocket on one, and it `upgrades`.

        Raises:
            UpstreamError: it cannot be reached. All that wait for the same connection are told the same.
        """
        while target not in self._http1:
            for service in self._services[target]:
                if service.has_room:
                    return service.link(again=again) if service.peer.takes_websockets or not upgrades else None
            opening = self._opening.get(target)
            if opening is None:
                opening = self._opening[target] = asyncio.ensure_future(self._open(target, connect))
                opening.add_done_callback(lambda done: self._opened(target, done))
            await asyncio.shield(opening)  # others may wait for it, too
        return None

    def close(self) -> None:
        """Drop all of them."""
        for service in [each for services in self._services.values() for each in services]:
            service.close()

    async def _open(self, target: Target, connect: Callable[[], Awaitable[Link]]) -> None:
        link = await connect()
        tls = link.writer.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() != "h2":
            self._http1.add(target)
            self._keep(target, link)
            return
        services = self._services[target]
        service = H2Service(link, target.scheme, lambda gone: services.remove(gone) if gone in services else None)
        if await service.greeted(_GREETING_SECONDS):
            services.append(service)
            self._make_room(service)
            return
        service.close()
        if tls is not None:
            raise UpstreamError(502, f"{target.authority} agreed on HTTP/2 and does not speak it")
        self._http1.add(target)

    def _opened(self, target: Target, done: asyncio.Future[None]) -> None:
        self._opening.pop(target, None)
        if not done.cancelled():
            done.exception()  # all that waited for it may have gone

    def _make_room(self, newest: H2Service) -> None:
        idle = [each for services in self._services.values() for each in services if each.is_idle]
        for each in idle[: max(0, len(idle) - _MOST_IDLE)]:
            if each is not newest:
                each.close()
