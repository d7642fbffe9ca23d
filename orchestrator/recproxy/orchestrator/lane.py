"""A lane from the orchestrator's side: its addresses, the scope open in it, and what happened there.

It is the gateway's router: it knows which proxy owns a host and remembers what was refused.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from recproxy.config.mail_endpoints import MailPlace, mail_places, mail_variables
from recproxy.control.host_names import is_loopback
from recproxy.control.messages import Connect, EndLane, Listen, Return
from recproxy.control.miss_marks import mark_miss
from recproxy.control.outcomes import NO_TEST, Missed
from recproxy.control.variables import DEFAULT_LANE
from recproxy.http import authority_host
from recproxy.orchestrator.environment import LaneAddresses
from recproxy.orchestrator.gateway import LOCAL_LISTENERS, Gateway, Listeners
from recproxy.orchestrator.lane_scope import LaneScope, base_scope
from recproxy.orchestrator.lane_webhooks import LaneWebhooks
from recproxy.orchestrator.recorded_clock import moment_text
from recproxy.orchestrator.tunnel import Tunnels

if TYPE_CHECKING:
    from recproxy.control.messages import Began
    from recproxy.orchestrator.proxy import Proxy
    from recproxy.orchestrator.roster import Roster

__all__ = ["DEFAULT_LANE", "Lane"]


class Lane:
    """One stream of tests, with its own gateway and endpoint ports."""

    def __init__(
        self,
        name: str,
        loop: asyncio.AbstractEventLoop,
        roster: Roster,
        listeners: Listeners = LOCAL_LISTENERS,
    ) -> None:
        self.name = name
        #: What tests opened here, the innermost last.
        self.scopes: list[LaneScope] = []
        #: What goes on while no scope is open.
        self.base = base_scope()
        #: The end of all its scopes, from the first call for it on.
        self.ending: asyncio.Future[None] | None = None
        self.refusals: list[Missed] = []
        #: Hosts that were refused without a verdict, once for each request.
        self.blocked: list[str] = []
        self._roster = roster
        self._tunnels = Tunnels(loop, listeners.outgoing, roster.ports, roster.access.listening)
        self._listeners = listeners
        self._gateway = Gateway(
            loop,
            self,
            listeners.gateway(fixed=name == DEFAULT_LANE),
            listeners.every() if name == DEFAULT_LANE else (),
            idle_seconds=roster.plan.project.idle_timeout,
            access=roster.access,
            mail_host=listeners.mail_host,
            caught=listeners.caught,
        )
        roster.ports.add(self._gateway.port)
        self.webhooks = LaneWebhooks(name, roster.proxies)
        self._endpoints: dict[str, int] = {}
        self._paths: dict[str, str] = {}
        self._mail: dict[MailPlace, int] = {}
        self._mail_variables: dict[str, str] = {}
        for proxy in roster.proxies.values():
            self.listen(proxy)

    @property
    def outgoing(self) -> Callable[[socket.AddressFamily], socket.socket] | None:
        """What makes sockets that reach the command's loopback; None where that is this process's own."""
        return self._listeners.outgoing

    @property
    def addresses(self) -> LaneAddresses:
        """Where it is reached."""
        return LaneAddresses(
            self._gateway.port,
            self._endpoints,
            self._paths,
            mail=self._mail,
            variables=self._mail_variables,
            listening=self._roster.access.listening,
            user_info=self._roster.access.user_info,
        )

    @property
    def scope(self) -> str:
        """The name of the innermost open scope."""
        return self.scopes[-1].name if self.scopes else NO_TEST

    def is_open(self, number: int) -> bool:
        """Whether a scope that a test opened here is still open."""
        return any(scope.number == number for scope in self.scopes)

    def listen(self, proxy: Proxy) -> None:
        """Give a proxy a listener for each of its endpoints that has a variable, and for each port of a mail server."""
        for number, endpoint in enumerate(proxy.profile.endpoints):
            if endpoint.base_url:
                sock = self._listeners.endpoint(fixed=self.name == DEFAULT_LANE)
                port = self._endpoints[endpoint.base_url] = sock.getsockname()[1]
                self._paths[endpoint.base_url] = endpoint.base_path
                self._roster.ports.add(port)
                proxy.send(Listen(lane=self.name, endpoint=number), sock.detach())
        for place in mail_places(proxy.profile):
            sock = self._listeners.endpoint(fixed=self.name == DEFAULT_LANE)
            port = self._mail[place] = sock.getsockname()[1]
            self._roster.ports.add(port)
            names = mail_variables(proxy.profile.endpoints[place.endpoint])
            for name, value in zip(names, (self._roster.access.listening.address, str(port)), strict=False):
                self._mail_variables.setdefault(name, value)  # the first port is the one that the variables lead to
            proxy.send(Listen(lane=self.name, endpoint=place.endpoint, port=place.port), sock.detach())

    def take_refusals(self) -> tuple[Missed, ...]:
        """What was refused since the last time."""
        taken, self.refusals = tuple(self.refusals), []
        return taken

    def take_blocked(self) -> tuple[str, ...]:
        """The hosts that were blocked since the last time, once for each request."""
        taken, self.blocked = tuple(self.blocked), []
        return taken

    def take_back(self, message: Return, descriptor: int) -> None:
        """Route a connection again that a proxy handed back."""
        self._gateway.take_back(socket.socket(fileno=descriptor), message.held)

    def close(self) -> None:
        """Close its ports and connections."""
        self._gateway.close()
        self._tunnels.close()
        self._roster.ports -= {self._gateway.port, *self._endpoints.values(), *self._mail.values()}
        for proxy in self._roster.proxies.values():
            proxy.send(EndLane(lane=self.name))

    def owns(self, host: str) -> bool:
        """Whether a proxy of this run answers for a host."""
        return self._owner(host) is not None

    def _owner(self, host: str) -> Proxy | None:
        """The proxy that answers for a host; for this machine only where the open scope says so, or a profile names it."""
        owner = self._roster.owner(host)
        if owner is None and is_loopback(host) and self.scopes and self.scopes[-1].scope_options.local:
            return self._roster.all_hosts
        return owner

    def hand_over(self, sock: socket.socket, host: str, *, authority: str | None, tls: bool, held: bytes) -> None:
        """Give a connection to the proxy that owns `host`."""
        proxy = self._owner(host) or self._roster.passer
        if proxy is None:
            sock.close()
            return
        scope = self.scopes[-1] if self.scopes else self.base
        fault = scope.tls_fault(proxy.profile.name) if tls else ""
        certificate = self._roster.certificate(host, fault) if tls else b""
        message = Connect(lane=self.name, tls=tls, authority=authority, held=held, certificate=certificate, fault=fault)
        proxy.send(message, sock.detach())

    def mail_place(self, host: str, port: int) -> bool:
        """Whether a host and port are those of a mail server of this run."""
        return any((each.host, each.port) == (host, port) for each in self._mail)

    def is_own_port(self, port: int | None) -> bool:
        """Whether this run is reached at a port of this machine."""
        return port in self._roster.ports

    def passes(self, host: str) -> bool:
        """Whether a host that nobody owns may be reached; loopback always may."""
        return self._owner(host) is None and (is_loopback(host) or self._roster.passes(host))

    def tunnel(self, sock: socket.socket, host: str, port: int, greeting: bytes, first: bytes = b"") -> None:
        """Join a connection with the real host, which gets the `first` bytes before what the client still sends."""
        self._tunnels.join(sock, host, port, greeting, first)

    def probe(
        self, host: str, port: int, spoke: Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], None]
    ) -> asyncio.Task[None]:
        """Connect to a server on this machine, and tell what it says first, if it does."""
        return self._tunnels.probe(host, port, spoke)

    def join(
        self, sock: socket.socket, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], greeting: bytes
    ) -> None:
        """Join a connection with a server that was reached already; the client gets the greeting first."""
        self._tunnels.joined(sock, far, greeting)

    def refused(self, what: str, host: str) -> str:
        """Remember that a host was refused; the text for the client."""
        name = authority_host(host)
        if name and self._roster.blocks(name):
            self.blocked.append(name)
            return f"recproxy: {name} is blocked: list it in pass_hosts, or in the hosts of a profile, to allow it\n"
        text = f"no profile of this run owns {host or 'it'}: {what} refused"
        hint = self._roster.hint(name)
        self._add_refusal(Missed(method=what, url=host, text=f"{text}; {hint}"))
        return f"recproxy: {text}\n{hint}\n"

    def begin_base(self, reply: Began) -> None:
        """Take note of what is in play while no scope is open."""
        self.base.look_at(reply)
        self._roster.clock.has_moment |= self.base.recorded_at is not None

    def recorded_at(self, number: int, *, can_set: bool = True) -> str | None:
        """When what is in play in an open scope was recorded, for a client that `can_set` its time; None if nobody knows."""
        scope = next((each for each in self.scopes if each.number == number), None)
        if scope is None:
            return None
        is_first = scope is self.scopes[0]
        self._roster.clock.began(
            scope.name, scope.recorded_at, plays=is_first and scope.interactions > 0, can_set=can_set
        )
        return moment_text(scope.recorded_at)

    def crowded(self) -> None:
        """Remember that an idle connection had to go, because no more can be open."""
        self._roster.crowded()

    def unreadable(self, answer: str, reason: str) -> None:
        """Remember that a client got this answer, a status or an alert: what it sent leads nowhere."""
        text = f"a client's request was answered with {answer}: {reason}"
        self._add_refusal(Missed(method="a request that cannot be read", url="", text=text))

    def _add_refusal(self, refused: Missed) -> None:
        self.refusals.append(refused)
        mark_miss(self._roster.misses)
