"""A lane in a proxy: its listeners, its connections and the scope that is open in it.

Knows the event loop and sockets; not the channel, except that a connection can be handed back.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import Profile
from recproxy.control.acceptor import Acceptor
from recproxy.control.host_names import is_loopback
from recproxy.control.listening import LOOPBACK, Listening, peer_of
from recproxy.control.open_connections import CROWDED, OpenConnections, descriptor_share
from recproxy.control.outcomes import NO_TEST
from recproxy.control.sockets import reset_on_close
from recproxy.http import Head, Owners
from recproxy.proxy.choosing import chosen_answer
from recproxy.proxy.connection import Connection
from recproxy.proxy.downstream import Answer, Later
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.mail_tls import NO_TLS_REASONS, client_tls_problem, no_tls
from recproxy.proxy.route import Route, own_service
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.tls import HANDSHAKE_SECONDS

if TYPE_CHECKING:
    from recproxy.proxy.imap_connection import ImapConnection
    from recproxy.proxy.smtp_connection import SmtpConnection

__all__ = ["ProxyLane"]

_BACKLOG = 4096  # connections: load tests open thousands at once, and the system may allow fewer


class ProxyLane:
    """One stream of tests as this profile sees it."""

    def __init__(
        self,
        name: str,
        profile: Profile,
        owners: Callable[[], Owners],
        loop: asyncio.AbstractEventLoop,
        hand_back: Callable[[int, bytes], None],
        forwarding: Forwarding,
        *,
        idle_timeout: float = 0,
        listening: Listening = LOOPBACK,
        refused: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._listening = listening
        self._refused = refused
        self.name = name
        self.base = self.scope = OpenScope(profile, NO_TEST, (), mode=forwarding.mode)
        self.scope.traffic.exchanges.is_shut = self._insists_on_replay
        self._open: list[OpenScope] = []

        def connections() -> OpenConnections[Any]:
            return OpenConnections(
                loop, most=descriptor_share(0.6), seconds=idle_timeout, crowded=lambda: self.scope.note(CROWDED)
            )

        self.connections: OpenConnections[Connection] = connections()
        self.smtp: OpenConnections[SmtpConnection] = connections()
        self.imap: OpenConnections[ImapConnection] = connections()
        self.hand_back = hand_back
        self.max_body = profile.upstream.max_body
        self.reset_on_miss = profile.match.miss == "reset"
        self.forwarding = forwarding
        self._profile = profile
        self._owners = owners
        self._loop = loop
        self._servers: list[asyncio.Server | Acceptor] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def forwards(self) -> bool:
        """Whether every request goes to the service now."""
        return self.scope.forwards

    def owns(self, host: str) -> bool:
        """Whether this profile answers for a normal host."""
        if not host:
            return False
        owner = (owners := self._owners()).owner(host)
        if owner is None and is_loopback(host):  # the gateway hands it to the profile of all hosts, or keeps it
            owner = owners.patterns.get("*")
        return owner == self._profile.name

    def forwards_large(self) -> bool:
        """Whether a request goes to the service whose body is too large to be matched."""
        return self.scope.mode == "auto" and not self.forwarding.unset

    def answer(
        self, route: Route, head: Head, body: bytes, *,
        complete: bool, waits: bool = False, scope: OpenScope | None = None,
    ) -> Answer | Later | None:  # fmt: skip
        """The recorded answer to a request; None if it is to be forwarded. One that `waits` gets its bytes in its turn."""
        if (scope := scope or self.scope).forwards:
            return None  # its head came while a scope was open that replays
        asks_service = scope.mode == "auto" and complete and not self.forwarding.unset
        if scope.chooser and complete:
            return chosen_answer(scope, route, head, body, self.forwarding, asks_service=asks_service)
        if asks_service:
            return scope.recorded_answer(route, head, body, waits=waits)
        return scope.answer(route, head, body, complete=complete, waits=waits)

    def begin(self, scope: OpenScope, *, base: bool) -> None:
        """Open a scope, before the one that is open; a base scope takes the place of the last base scope."""
        self._catch_up()
        before = self.scope
        scope.playback.follow(before.playback)
        scope.traffic.exchanges = before.traffic.exchanges
        if base:
            self.base = scope
        else:
            self._open.append(scope)
        self.scope = self._open[-1] if self._open else self.base
        self._turn(before)
        scope.traffic.exchanges.turn()

    def end(self) -> OpenScope:
        """End the open scope and return it; the one before it goes on, at last the base scope."""
        self._catch_up()
        ended = self._open.pop() if self._open else self.base
        ended.traffic.is_awaited = True
        self.scope = self._open[-1] if self._open else self.base
        return ended

    def _catch_up(self) -> None:
        """What mail clients have said belongs to the scope that is open still, whether they read the replies or not."""
        for connection in (*self.smtp, *self.imap):
            connection.catch_up()

    def listen(self, descriptor: int, endpoint: int) -> None:
        """Answer on a listener for an endpoint: its base URL."""
        hosts = self._profile.endpoints[endpoint].hosts
        listener = socket.socket(fileno=descriptor)
        service = own_service(hosts, self._profile.upstream.address)
        port = listener.getsockname()[1]
        route = Route("http", any_host=hosts, names=self._listening.names, port=port, service=service)
        self.spawn(self._serve(listener, route))

    def listen_mail(self, descriptor: int, place: MailPlace, context: ssl.SSLContext | None) -> None:
        """Answer on a listener as a mail server."""
        self._accept_each(
            socket.socket(fileno=descriptor), lambda connected: self.accept_mail(connected, place, context)
        )

    def accept_mail(self, descriptor: int, place: MailPlace, context: ssl.SSLContext | None) -> None:
        """Serve a connection to a mail server that was handed over."""
        self.spawn(self._connect_mail(socket.socket(fileno=descriptor), place, context))

    def accept(
        self,
        descriptor: int,
        context: ssl.SSLContext | None,
        authority: str | None,
        held: bytes = b"",
        *,
        faulty: bool = False,
    ) -> None:
        """Serve a connection that was handed over; a `faulty` context is one that clients should refuse."""
        self.spawn(self._connect(socket.socket(fileno=descriptor), context, authority, held, faulty=faulty))

    def cut(self, descriptor: int) -> None:
        """Break a connection off in the middle of its TLS handshake."""
        sock = socket.socket(fileno=descriptor)
        sock.setblocking(False)
        self.spawn(self._cut(sock))

    def retire(self) -> None:
        """Close the connections on which nothing is under way; those of HTTP/2 take no further request."""
        for connection in self.connections:
            connection.retire()

    def leave(self) -> None:
        """Drop clients that may have gone, although an answer is on its way to them."""
        for connection in self.connections:
            connection.leave()

    def leave_conversations(self, ended: OpenScope) -> None:
        """A scope has ended: what was said in it on connections that go on is kept for it."""
        for connection in (*self.smtp, *self.imap):
            connection.leave(ended)
        ended.calls.end(answered=True)
        self._turn(ended)

    def _turn(self, before: OpenScope) -> None:
        """What is open to services from another scope is this one's, or ends where it insists on replay."""
        scope = self.scope
        self.forwarding.turn(before.traffic, scope.name, scope.traffic, self.spawn, ends=self._insists_on_replay())
        for connection in self.imap if not before.traffic.is_waited_for else ():
            connection.turn()

    def _insists_on_replay(self) -> bool:
        return self.scope.mode == "replay"

    def close(self) -> None:
        """Close listeners and connections."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        for connections in (self.connections, self.smtp, self.imap):
            connections.close()

    def shed(self) -> bool:
        """Close an idle connection, so that another can be accepted; whether there was one."""
        return any(each.shed() for each in (self.smtp, self.imap, self.connections))

    def _mail_connection(self, place: MailPlace, context: ssl.SSLContext | None) -> asyncio.Protocol:
        if place.protocol == "imap":
            from recproxy.proxy.imap_speaking import imap_connection  # noqa: PLC0415 - most runs have no IMAP

            return imap_connection(self, place, context)
        from recproxy.proxy.smtp_connection import SmtpConnection  # noqa: PLC0415 - most runs have no mail

        return SmtpConnection(self, place, context)

    async def _connect_mail(self, sock: socket.socket, place: MailPlace, context: ssl.SSLContext | None) -> None:
        sock.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._mail_connection(place, context), sock, ssl=context if place.tls else None
            )
        except OSError as problem:
            reason = getattr(problem, "reason", None) or ""
            is_plain = not isinstance(problem, ssl.SSLError) or reason in NO_TLS_REASONS
            self.scope.note(no_tls(place) if is_plain else client_tls_problem(place.host, problem))
            sock.close()

    def _accept_each(self, listener: socket.socket, arrived: Callable[[int], object]) -> None:
        """Accept connections, and close those of peers that may not ask before a byte is read or sent."""

        def accepted(sock: socket.socket) -> None:
            if not self._listening.is_wide or self._listening.allows(peer := peer_of(sock)):
                arrived(sock.detach())
            else:
                reset_on_close(sock)
                sock.close()
                self._refused(peer)

        listener.setblocking(False)
        listener.listen(_BACKLOG)
        self._servers.append(Acceptor(self._loop, listener, accepted, self.shed))

    async def _serve(self, listener: socket.socket, route: Route) -> None:
        listener.setblocking(False)
        if self._listening.is_wide:
            self._accept_each(listener, lambda descriptor: self.spawn(self._take(descriptor, route)))
            return
        self._servers.append(
            await self._loop.create_server(lambda: Connection(self, route), sock=listener, backlog=_BACKLOG)
        )

    async def _take(self, descriptor: int, route: Route) -> None:
        sock = socket.socket(fileno=descriptor)
        sock.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(lambda: Connection(self, route), sock)
        except OSError:
            sock.close()  # the client has gone

    async def _connect(
        self, sock: socket.socket, context: ssl.SSLContext | None, authority: str | None, held: bytes, *, faulty: bool
    ) -> None:
        sock.setblocking(False)
        route = Route("https" if context is not None else "http", authority)
        try:
            await self._loop.connect_accepted_socket(
                lambda: Connection(self, route, held=held),
                sock,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if context is not None else None,
            )
        except ssl.SSLError as problem:
            if not faulty:
                self.scope.note(client_tls_problem(authority, problem))
        except OSError:
            sock.close()  # the client has gone

    async def _cut(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            await self._loop.sock_recv(sock, 1)  # the client has sent its hello
            reset_on_close(sock)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that takes its time; it ends with the lane."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
