"""The way to the real service: connections, kept alive and pooled, their TLS verified.

Knows sockets and h11, not what is recorded. The user's own HTTP(S)_PROXY and NO_PROXY are honoured, read once from the
environment the run was started in. Every failure is an UpstreamError with the status and the line a client gets.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections import defaultdict
from collections.abc import Container
from urllib.parse import urlsplit

import h11

from recproxy.config.profile import Upstream
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.sockets import address_elsewhere
from recproxy.proxy.route import Target
from recproxy.proxy.user_proxy import goes_past, open_tunnel, read_user_proxy, user_proxies

__all__ = ["WITHOUT_TLS", "Link", "ServiceClosed", "UpstreamError", "Upstreams", "upstream_failure"]

_READ, _LARGEST_HEAD, _IDLE_LINKS = 65536, 1 << 20, 8
#: What OpenSSL makes of an answer that is no TLS.
WITHOUT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_NOT_IMPLEMENTED = 501  # what h11 hints at for a transfer coding that it does not undo
_CODING = "it has a Transfer-Encoding other than chunked"
#: Of all services together: a profile may be for any host, and each connection holds a file descriptor.
_MOST_IDLE = 64


class UpstreamError(Exception):
    """The service could not be asked: answer with `status`; the text says which way it failed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class ServiceClosed(UpstreamError):
    """The service ended the connection; one that was kept alive may have been closed long before."""


class Link:
    """One connection to a service, with the state of its protocol.

    `absolute` says that requests go through the user's own proxy in absolute form, with this `authorization`; `used`,
    that one was answered; `heard`, that something of the answer has come.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, absolute: bool, authorization: bytes = b""
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.absolute = absolute
        self.authorization = authorization
        self.used = False
        self.heard = False
        self._has_ended = False
        self.protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)

    @property
    def fresh(self) -> bool:
        """Whether it can take another request: it is open, and holds nothing that the last response did not need.

        What a service sends unasked (a 408 before it closes, a second response, a body where there is none) would be
        the response to the next request.
        """
        return (
            not self.reader.at_eof()
            and not self.writer.is_closing()
            and self.protocol.trailing_data == (b"", False)
            and not _has_more(self.reader)
            and not _is_readable(self.writer)
        )

    async def send(self, event: h11.Event) -> None:
        """Send an event; waits while the service does not take what it was sent."""
        data = self.protocol.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    def event(self) -> object:
        """The next event of the response, as h11 names them; NEED_DATA where more must be read. Raises UpstreamError."""
        try:
            return self.protocol.next_event()
        except h11.RemoteProtocolError as problem:
            if self._has_ended:
                when = "in the middle of its answer" if self.heard else "without an answer"
                raise ServiceClosed(502, f"the service closed the connection {when}") from None
            # Behind the colon h11 quotes the line, which may hold what the service hands out.
            reason = _CODING if problem.error_status_hint == _NOT_IMPLEMENTED else str(problem).partition(":")[0]
            raise UpstreamError(502, f"the service's answer is no HTTP/1.1: {reason}") from None

    async def read(self) -> None:
        """Wait for more of the response, or for its end. Raises UpstreamError."""
        try:
            data = await self.reader.read(_READ)
        except OSError as problem:
            raise ServiceClosed(502, f"the connection to the service broke: {_said(problem)}") from None
        self.heard = self.heard or bool(data)
        self._has_ended = not data
        self.protocol.receive_data(data)

    def close(self) -> None:
        """Drop it."""
        self.writer.close()


class Upstreams:
    """The connections of one profile; `barred` says why there can be none, where that is so."""

    def __init__(self, settings: Upstream, *, barred: str = "") -> None:
        self.barred = barred
        self.seconds = settings.timeout or None
        self._settings = settings
        self._idle: defaultdict[Target, list[Link]] = defaultdict(list)
        self._context: ssl.SSLContext | None = None
        self._proxies = user_proxies()
        #: The ports at which the run is reached: all, where other machines ask for hosts that no profile names.
        self.own_ports: Container[int] = ()
        self.listening: Listening = LOOPBACK

    async def link(self, target: Target, *, fresh: bool = False, upgrades: bool = False) -> Link:
        """A connection to a target, kept alive from before unless `fresh`; one that `upgrades` is a WebSocket's."""
        if self.barred:
            raise UpstreamError(502, self.barred)
        idle = self._idle[target]
        while idle and not (fresh or upgrades):
            link = idle.pop()
            if link.fresh:
                return link
            link.close()
        return await self._open(target, upgrades=upgrades)

    def give_back(self, target: Target, link: Link) -> None:
        """Keep a connection for the next request, if its protocol allows."""
        protocol = link.protocol
        if protocol.our_state is h11.DONE and protocol.their_state is h11.DONE and link.fresh:
            protocol.start_next_cycle()
            link.used = True
            link.heard = False
            idle = self._idle[target]
            if len(idle) < _IDLE_LINKS:
                idle.append(link)
                self._make_room()
                return
        link.close()

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

    async def _open(self, target: Target, *, upgrades: bool) -> Link:
        secure = target.scheme == "https"
        host, port = target.host, target.port
        if self._settings.address:
            said = self._settings.address
            address = urlsplit(said if "//" in said else f"//{said}")
            host = address.hostname or host
            port = address.port or port
            secure = secure if not address.scheme else address.scheme == "https"
            return await self._connect(host, port, secure, target, f" at upstream.address {said}")
        if proxy := self.users_proxy(target.scheme, target.host):
            await self._check_chosen(target)
            return await self._through(proxy, target, tunnels=upgrades or secure)
        return await self._connect(host, port, secure, target)

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

    async def _connect(self, host: str, port: int, secure: bool, target: Target, way: str = "") -> Link:
        context = self.tls() if secure else None
        name = target.host if secure else None
        try:
            async with asyncio.timeout(self.seconds):
                if port in self.own_ports:
                    host = await address_elsewhere(host, port, self.listening)
                reader, writer = await asyncio.open_connection(
                    host, port, ssl=context, server_hostname=name, limit=_READ
                )
        except (OSError, TimeoutError, UnicodeError) as problem:
            failure = upstream_failure(target, problem, self.seconds, way)
            if way and getattr(problem, "reason", None) in WITHOUT_TLS:
                plain = f"http://{self._settings.address.rpartition('://')[2]}"
                failure = UpstreamError(failure.status, f'{failure}; if it speaks no TLS, write address = "{plain}"')
            raise failure from None
        _without_delay(writer)
        return Link(reader, writer, absolute=False)

    async def _through(self, proxy: str, target: Target, *, tunnels: bool) -> Link:
        """Go through the user's own proxy: by a tunnel for https and for a WebSocket, else in absolute form."""
        try:
            way = read_user_proxy(proxy)
        except ValueError as problem:
            raise UpstreamError(502, f"{target.authority} cannot be reached: {problem}") from None
        context = ssl.create_default_context() if way.secure else None
        try:
            async with asyncio.timeout(self.seconds):
                reader, writer = await asyncio.open_connection(way.host, way.port, ssl=context, limit=_READ)
                try:
                    if tunnels:
                        await open_tunnel(reader, writer, target.host, target.port, way.authorization)
                    if target.scheme == "https":
                        await writer.start_tls(self.tls(), server_hostname=target.host)
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

    def tls(self) -> ssl.SSLContext:
        """The context of TLS with the service."""
        if self._context is None:
            context = ssl.create_default_context()
            if self._settings.ca:
                context.load_verify_locations(self._settings.ca)
            if not self._settings.verify:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["http/1.1"])
            self._context = context
        return self._context


def _has_more(reader: asyncio.StreamReader) -> bool:
    """Whether bytes, or the end, have been received that nobody has read: read once, without waiting."""
    reading = reader.read(1)
    try:
        reading.send(None)
    except (StopIteration, OSError):
        return True
    reading.close()  # it would have to wait
    return False


def _is_readable(writer: asyncio.StreamWriter) -> bool:
    """Whether the kernel has bytes, or the end, that the event loop has not yet taken."""
    sock = writer.get_extra_info("socket")
    if sock is None or not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _without_delay(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def upstream_failure(target: Target, problem: BaseException, seconds: float | None, way: str = "") -> UpstreamError:
    """What went wrong, in one line, and whether it was time that ran out."""
    where = f"{target.authority}{way}"
    if isinstance(problem, TimeoutError) and not getattr(problem, "errno", None):
        return UpstreamError(504, f"{where} did not answer within {seconds:g} s")
    if isinstance(problem, ssl.SSLCertVerificationError):
        return UpstreamError(502, f"the certificate of {where} cannot be verified: {problem.verify_message}")
    if isinstance(problem, ssl.SSLError):
        return UpstreamError(502, f"TLS with {where} failed: {(problem.reason or str(problem)).lower()}")
    if isinstance(problem, socket.gaierror | UnicodeError):
        return UpstreamError(502, f"the name {where} cannot be resolved: {_said(problem)}")
    return UpstreamError(502, f"{where} cannot be reached: {_said(problem)}")


def _said(problem: BaseException) -> str:
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
