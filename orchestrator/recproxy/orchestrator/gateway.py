"""The gateway: the one address in HTTP(S)_PROXY. It accepts connections; each is an arrival until it is sent on.

On loopback, or on an address of a network for those whom the rule of the run lets in.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

from recproxy.control.acceptor import Acceptor
from recproxy.control.host_names import is_loopback
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.open_connections import OpenConnections, descriptor_share
from recproxy.control.sockets import reset_on_close
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.access import OPEN_ACCESS, Access
from recproxy.orchestrator.arrival import Arrival
from recproxy.orchestrator.caught_connections import CaughtConnections
from recproxy.orchestrator.gate import Gate
from recproxy.orchestrator.local_arrival import LocalArrival
from recproxy.orchestrator.reached_address import ReachedAddresses
from recproxy.orchestrator.router import Router

__all__ = ["LOCAL_LISTENERS", "Gateway", "Listeners", "listener"]

#: The gateway and the control address come before.
_FIRST_ENDPOINT = 2
#: Suites open hundreds of connections at once; the system lowers this to its own limit.
_BACKLOG = 4096


def listener(backlog: int = _BACKLOG, *, address: str = LOOPBACK.address, port: int = 0) -> socket.socket:
    """A listening socket on loopback or another address, its port assigned and kept, or the one that is named.

    Raises:
        ConfigurationError: this machine has no such address, or the port is taken.
    """
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if ":" in address:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if port:  # connections of the run before this one may still linger there
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(backlog)
    except OSError as problem:
        sock.close()
        if not port and address == LOOPBACK.address:
            raise
        at = f"{address} port {port}" if port else address
        raise ConfigurationError(
            f"--listen: {at} cannot be listened on: {problem.strerror}: name a free port of an address of this machine"
        ) from None
    sock.setblocking(False)
    return sock


class Listeners:
    """Where the listeners of lanes come from: of this process's own network, all on one address."""

    def __init__(self, listening: Listening = LOOPBACK) -> None:
        self._listening = listening
        self._next = listening.port + _FIRST_ENDPOINT

    def gateway(self, *, fixed: bool) -> socket.socket:
        """One for a gateway; `fixed` if it is that of the run's own lane, whose ports the user may have named."""
        return self.own(self._listening.port if fixed else 0)

    def control(self) -> socket.socket:
        """The one for the control address."""
        return self.own(self._listening.port and self._listening.port + 1)

    def endpoint(self, *, fixed: bool) -> socket.socket:
        """One for a base URL or a mail server."""
        if not (fixed and self._listening.port):
            return self.own()
        self._next += 1
        return self.own(self._next - 1)

    def own(self, port: int = 0) -> socket.socket:
        """One at this port; 0 leaves it to the system."""
        return listener(address=self._listening.address, port=port)

    def every(self) -> Sequence[socket.socket]:
        """Those for connections to any address."""
        return ()

    def mail_host(self, address: str, port: int) -> str | None:
        """The mail server that a connection to any address was to go to; None where the port is none of theirs."""
        return None

    @property
    def caught(self) -> CaughtConnections | None:
        """What takes note of connections to any address; None where there are none."""
        return None

    @property
    def outgoing(self) -> Callable[[socket.AddressFamily], socket.socket] | None:
        """What makes sockets on the command's loopback; None where that is this process's own."""
        return None


LOCAL_LISTENERS = Listeners()


class Gateway:
    """Accepts the connections of one lane and routes them.

    `main` is the listener of its own address. `every` are listeners on all addresses of an isolated command's network,
    and `mail_host` tells which mail server an address there is. `caught` takes note of connections to those.
    A connection on which nothing comes is dropped after `idle_seconds`; 0 means never. `access` says who may ask.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        router: Router,
        main: socket.socket | None = None,
        every: Sequence[socket.socket] = (),
        *,
        idle_seconds: float = 0,
        access: Access = OPEN_ACCESS,
        mail_host: Callable[[str, int], str | None] = LOCAL_LISTENERS.mail_host,
        caught: CaughtConnections | None = None,
    ) -> None:
        self._mail_host = mail_host
        self._caught = caught
        self._loop = loop
        self._router = router
        self._reached = ReachedAddresses()
        self._access = access
        main = main or listener()
        self.port: int = main.getsockname()[1]
        self._arrivals: OpenConnections[Arrival] = OpenConnections(
            loop, most=descriptor_share(0.5), seconds=idle_seconds, crowded=router.crowded
        )
        self._acceptors = [
            Acceptor(loop, main, lambda sock: self._arrived(sock, b""), self._arrivals.shed, access.admits)
        ]
        self._acceptors += [Acceptor(loop, sock, self._arrived_anywhere, self._arrivals.shed) for sock in every]

    def take_back(self, sock: socket.socket, held: bytes) -> None:
        """Route a connection again that a proxy handed back, with the bytes it had read."""
        sock.setblocking(False)
        self._arrived(sock, held, authorized=True)

    def close(self) -> None:
        """Stop accepting and drop what has not been routed."""
        for acceptor in self._acceptors:
            acceptor.close()
        self._arrivals.close()

    def _arrived_anywhere(self, sock: socket.socket) -> None:
        """Route a connection to some address; on loopback nobody listens at that port but for us."""
        address, port = sock.getsockname()[:2]
        host = self._mail_host(address.removeprefix("::ffff:"), port)
        if host and self._router.mail_place(host, port):
            self._router.hand_over(sock, host, authority=f"{host}:{port}", tls=False, held=b"")
        elif host is not None or is_loopback(address):
            reset_on_close(sock)
            sock.close()
        else:
            self._arrived(sock, b"", anywhere=True)

    def _arrived(self, sock: socket.socket, held: bytes, *, authorized: bool = False, anywhere: bool = False) -> None:
        host, port = self._reached.announced(sock)
        router = self._router
        if anywhere and self._caught is not None:
            with contextlib.suppress(OSError):  # the client has gone
                router = self._caught.router(router, sock)
        arrival = (
            LocalArrival(sock, self._loop, router, self._arrivals.discard, self._reached, (host, port))
            if port
            else Arrival(sock, held, self._loop, router, self._arrivals.discard, self._reached, host)
        )
        arrival.is_near = self._access.is_near(sock)
        if not authorized and self._access.asks(sock):
            arrival.gate = Gate(self._access)
        self._arrivals.add(arrival)
        arrival.look()
