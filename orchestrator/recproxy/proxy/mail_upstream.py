"""The way to a real mail server: directly, or through a tunnel of the user's own proxy, with TLS where it begins so.

Knows sockets and the loop, not what is said. Every failure is an UpstreamError with a line that says what to do.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from recproxy.config.mail_endpoints import MailPlace, ports_without_tls
from recproxy.control.sockets import address_elsewhere
from recproxy.proxy.route import Target
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import WITHOUT_TLS, UpstreamError, upstream_failure
from recproxy.proxy.user_proxy import connect_request, read_user_proxy, refusal

__all__ = ["mail_failure", "reach_mail_server"]

_LARGEST_HEAD = 1 << 16  # bytes of what a proxy of the user answers

_Heard = TypeVar("_Heard", bound=asyncio.Protocol)


async def reach_mail_server(
    place: MailPlace, address: str, upstreams: Upstreams, heard: Callable[[], _Heard]
) -> tuple[asyncio.Transport, _Heard]:
    """A connection to a server, at another `address` where there is one, and who hears it. Raises UpstreamError."""
    if upstreams.barred:
        raise UpstreamError(502, upstreams.barred)
    context = upstreams.tls() if place.tls else None
    name = place.host if place.tls else None
    proxy = "" if address else upstreams.users_proxy("https", place.host)
    host, port, way = place.host, place.port, ""
    if address:
        url = urlsplit(f"//{address}")
        host, port, way = url.hostname or host, url.port or port, f" at {address}"
    try:
        async with asyncio.timeout(upstreams.seconds):
            if proxy:
                way = f" through the proxy {read_user_proxy(proxy).host}"
                return await _through(proxy, place, context, heard())
            if port in upstreams.own_ports:
                host = await address_elsewhere(host, port, upstreams.listening)
            return await asyncio.get_running_loop().create_connection(
                heard, host, port, ssl=context, server_hostname=name
            )
    except (OSError, TimeoutError, UnicodeError) as problem:
        raise mail_failure(place, problem, upstreams.seconds, way) from None
    except ValueError as problem:
        raise UpstreamError(502, f"{place.host}:{place.port} cannot be reached: {problem}") from None


def mail_failure(
    place: MailPlace, problem: BaseException, seconds: float | None, way: str = "", *, greets: bool = False
) -> UpstreamError:
    """What went wrong, in one line; `greets` says that the server was to speak first."""
    where = f"{place.host}:{place.port}{way}"
    endpoint = f"the endpoint of {place.host} in the profile"
    if getattr(problem, "reason", None) in WITHOUT_TLS:
        plain = ports_without_tls(place.protocol)
        return UpstreamError(
            502,
            f"{where} does not begin with TLS, which port {place.port} stands for: use a port with STARTTLS ({plain}), "
            f"or correct ports, tls_ports or address in {endpoint}",
        )
    failure = upstream_failure(Target("https", place.host, place.port), problem, seconds, way)
    if greets and isinstance(problem, TimeoutError) and not place.tls:
        return UpstreamError(
            failure.status, f"{failure}; if it begins with TLS, list its port in tls_ports of {endpoint}"
        )
    if isinstance(problem, _Refused):
        return UpstreamError(
            failure.status, f"{failure}; if it lets no mail through, list {place.host} in NO_PROXY before the run"
        )
    return failure


class _Refused(ConnectionError):
    """The user's proxy opens no tunnel."""


class _Tunnel(asyncio.Protocol):
    """Hears a proxy's answer to CONNECT; `rest` is what the server said right behind it."""

    def __init__(self) -> None:
        self.head: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.rest = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self.rest += data
        if self.head.done():
            return
        head, end, rest = self.rest.partition(b"\r\n\r\n")
        if end:
            self._transport.pause_reading()  # what follows is for whoever hears the server
            self.rest = rest
            if refused := refusal(head):
                self.head.set_exception(_Refused(refused))
            else:
                self.head.set_result(None)
        elif len(self.rest) > _LARGEST_HEAD:
            self.head.set_exception(_Refused("its answer is no HTTP"))

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        if not self.head.done():
            self.head.set_exception(error or _Refused("it closed the connection without an answer"))


async def _through(
    proxy: str, place: MailPlace, context: ssl.SSLContext | None, heard: _Heard
) -> tuple[asyncio.Transport, _Heard]:
    loop, way = asyncio.get_running_loop(), read_user_proxy(proxy)
    transport: asyncio.Transport
    secure = ssl.create_default_context() if way.secure else None
    transport, tunnel = await loop.create_connection(_Tunnel, way.host, way.port, ssl=secure)
    try:
        transport.write(connect_request(place.host, place.port, way.authorization))
        await tunnel.head
        if context is not None:
            made = await loop.start_tls(transport, heard, context, server_hostname=place.host)
            made = made or transport  # the connection has ended, and whoever hears it is told
            heard.connection_made(made)
            return made, heard
        transport.set_protocol(heard)
        heard.connection_made(transport)
        if tunnel.rest:
            heard.data_received(tunnel.rest)
        transport.resume_reading()
    except BaseException:
        transport.abort()
        raise
    return transport, heard
