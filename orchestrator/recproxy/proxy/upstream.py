"""The way to the real service: connections, kept alive and pooled, their TLS verified.

Knows sockets and h11, not what is recorded. The user's own HTTP(S)_PROXY and NO_PROXY are honoured, read once from the
environment the run was started in. Every failure is an UpstreamError with the status and the line a client gets.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Container
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from recproxy.config.profile import Upstream
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.sockets import address_elsewhere
from recproxy.proxy.link import READ, Link, ServiceLink
from recproxy.proxy.route import Target
from recproxy.proxy.spare_contexts import SPARE_CONTEXTS
from recproxy.proxy.upstream_errors import WITHOUT_TLS, UpstreamError, upstream_failure
from recproxy.proxy.user_proxy import goes_past, open_tunnel, read_user_proxy, user_proxies

if TYPE_CHECKING:
    from recproxy.proxy.h2_services import H2Services

__all__ = ["Upstreams"]

_IDLE_LINKS = 8  # for one service: a test seldom has more requests under way at once
#: Of all services together: a profile may be for any host, and each connection holds a file descriptor.
_MOST_IDLE = 64


class Upstreams:
    """The connections of one profile; `barred` says why there can be none, where that is so."""

    def __init__(self, settings: Upstream, *, barred: str = "") -> None:
        self.barred = barred
        self.seconds = settings.timeout or None
        self._settings = settings
        self._idle: defaultdict[Target, list[Link]] = defaultdict(list)
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._h2: H2Services | None = None
        self._proxies = user_proxies()
        #: The ports at which the run is reached: all, where other machines ask for hosts that no profile names.
        self.own_ports: Container[int] = ()
        self.listening: Listening = LOOPBACK

    async def link(
        self,
        target: Target,
        *,
        fresh: bool = False,
        again: bool = False,
        upgrades: bool = False,
        http2: bool = False,
    ) -> ServiceLink:
        """A connection to a target, kept alive from before unless `fresh`; one that `upgrades` is a WebSocket's.

        With `http2` it is a stream of a shared connection, if the service offers that (for a WebSocket: RFC 8441), `fresh`
        or not; what is asked `again` over one is not asked a third time.
        """
        if self.barred:
            raise UpstreamError(502, self.barred)
        if http2 and self._may_speak_http2(target):
            stream = await self._streams().link(
                target, lambda: self._open(target, upgrades=False, http2=True), again=again, upgrades=upgrades
            )
            if stream is not None:
                return stream
        idle = self._idle[target]
        while idle and not (fresh or upgrades):
            link = idle.pop()
            if link.fresh:
                return link
            link.close()
        return await self._open(target, upgrades=upgrades)

    def give_back(self, target: Target, link: ServiceLink) -> None:
        """Keep a connection for the next request, if its protocol allows."""
        if isinstance(link, Link) and link.finish():
            self._keep(target, link)
        else:
            link.close()

    def _keep(self, target: Target, link: Link) -> None:
        idle = self._idle[target]
        if len(idle) < _IDLE_LINKS:
            idle.append(link)
            self._make_room()
        else:
            link.close()

    def _may_speak_http2(self, target: Target) -> bool:
        """Whether it may be found out: in absolute form, the user's own proxy speaks HTTP/1.1."""
        direct = bool(self._settings.address) or target.scheme == "https"
        return direct or not self.users_proxy(target.scheme, target.host)

    def _streams(self) -> H2Services:
        if self._h2 is None:
            from recproxy.proxy.h2_services import H2Services  # noqa: PLC0415 - most runs have no HTTP/2

            self._h2 = H2Services(self._keep)
        return self._h2

    def _make_room(self) -> None:
        """Drop the connections of the services that were asked first, where too many are kept."""
        while sum(map(len, self._idle.values())) > _MOST_IDLE:
            for link in self._idle.pop(next(iter(self._idle))):
                link.close()

    def close(self) -> None:
        """Drop all that is kept."""
        for links in self._idle.values():
            for link in links:
                link.close()
        self._idle.clear()
        if self._h2 is not None:
            self._h2.close()

    async def _open(self, target: Target, *, upgrades: bool, http2: bool = False) -> Link:
        secure = target.scheme == "https"
        host, port = target.host, target.port
        if self._settings.address:
            said = self._settings.address
            address = urlsplit(said if "//" in said else f"//{said}")
            host = address.hostname or host
            port = address.port or port
            secure = secure if not address.scheme else address.scheme == "https"
            return await self._connect(host, port, secure, target, f" at upstream.address {said}", http2=http2)
        if proxy := self.users_proxy(target.scheme, target.host):
            await self._check_chosen(target)
            return await self._through(proxy, target, tunnels=upgrades or secure, http2=http2)
        return await self._connect(host, port, secure, target, http2=http2)

    async def _check_chosen(self, target: Target) -> None:
        """Refuse what other machines may not reach through the user's proxy either. What only that resolves is its own."""
        if not self.listening.is_wide or target.port not in self.own_ports:
            return
        try:
            async with asyncio.timeout(self.seconds):
                await address_elsewhere(target.host, target.port, self.listening)
        except socket.gaierror:
            return
        except (OSError, TimeoutError, UnicodeError) as problem:
            raise upstream_failure(target, problem, self.seconds) from None

    async def _connect(self, host: str, port: int, secure: bool, target: Target, way: str = "", *, http2: bool) -> Link:
        context = self.tls(http2=http2) if secure else None
        name = target.host if secure else None
        try:
            async with asyncio.timeout(self.seconds):
                if port in self.own_ports:
                    host = await address_elsewhere(host, port, self.listening)
                reader, writer = await asyncio.open_connection(
                    host, port, ssl=context, server_hostname=name, limit=READ
                )
        except (OSError, TimeoutError, UnicodeError) as problem:
            failure = upstream_failure(target, problem, self.seconds, way)
            if way and getattr(problem, "reason", None) in WITHOUT_TLS:
                plain = f"http://{self._settings.address.rpartition('://')[2]}"
                failure = UpstreamError(failure.status, f'{failure}; if it speaks no TLS, write address = "{plain}"')
            raise failure from None
        _without_delay(writer)
        return Link(reader, writer, absolute=False)

    async def _through(self, proxy: str, target: Target, *, tunnels: bool, http2: bool) -> Link:
        """Go through the user's own proxy: by a tunnel for https and for a WebSocket, else in absolute form."""
        try:
            way = read_user_proxy(proxy)
        except ValueError as problem:
            raise UpstreamError(502, f"{target.authority} cannot be reached: {problem}") from None
        context = ssl.create_default_context() if way.secure else None
        try:
            async with asyncio.timeout(self.seconds):
                reader, writer = await asyncio.open_connection(way.host, way.port, ssl=context, limit=READ)
                try:
                    if tunnels:
                        await open_tunnel(reader, writer, target.host, target.port, way.authorization)
                    if target.scheme == "https":
                        await writer.start_tls(self.tls(http2=http2), server_hostname=target.host)
                except BaseException:
                    writer.close()
                    raise
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
            raise upstream_failure(target, problem, self.seconds, f" through the proxy {way.host}") from None
        _without_delay(writer)
        return Link(reader, writer, absolute=not tunnels, authorization=b"" if tunnels else way.authorization)

    def users_proxy(self, scheme: str, host: str) -> str:
        """The URL of the user's own proxy for a host; empty where there is none, or NO_PROXY lists the host."""
        proxy = self._proxies.get(scheme) or self._proxies.get("all") or ""
        return "" if proxy and goes_past(host, self._proxies) else proxy

    def tls(self, *, http2: bool = False) -> ssl.SSLContext:
        """The context of TLS with the service."""
        known = self._contexts.get(http2)
        if known is not None:
            return known
        context = SPARE_CONTEXTS.take()
        if self._settings.ca:
            context.load_verify_locations(self._settings.ca)
        if not self._settings.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
        self._contexts[http2] = context
        return context


def _without_delay(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
