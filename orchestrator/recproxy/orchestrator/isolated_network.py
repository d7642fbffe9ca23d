"""The network of an isolated command: its listeners, its name server, and the ports of this machine that it reaches.

All are opened inside and served from here. Every address at the ports of services is the gateway of the run's own lane.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from recproxy.control.acceptor import Acceptor
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.caught_connections import CaughtConnections
from recproxy.orchestrator.environment import RunFiles
from recproxy.orchestrator.gateway import Listeners
from recproxy.orchestrator.isolated_names import NameServer, mail_addresses
from recproxy.orchestrator.isolation import Isolation, isolated_files
from recproxy.orchestrator.tunnel import Tunnels

__all__ = ["IsolatedNetwork"]

_LOOPBACK = "127.0.0.1"
_EVERY_IPV4 = "0.0.0.0"
_WEB_PORTS = (80, 443)
_NAME_PORT = 53


class IsolatedNetwork(Listeners):
    """Made at once, usable after `set_up`; `prefix` are the words that bring a command into it."""

    def __init__(self) -> None:
        super().__init__()
        self._isolation = Isolation()
        self._web_ports = set(_WEB_PORTS)
        #: The kernel's own switch: without IPv6 there is no such file.
        self._every = (_EVERY_IPV4, "::") if Path("/proc/net/if_inet6").exists() else (_EVERY_IPV4,)
        self._mail_ports: frozenset[int] = frozenset()
        self._mail_hosts: dict[str, str] = {}
        self._names: NameServer | None = None
        self._tunnels: Tunnels | None = None
        self._relays: list[Acceptor] = []
        self._caught = CaughtConnections(self._isolation.connection_tables)

    def set_up(
        self,
        files: RunFiles,
        ports: Sequence[str],
        loop: asyncio.AbstractEventLoop,
        stores: Sequence[Path] = (),
        web: Collection[int] = (),
        mail: Collection[tuple[str, int]] = (),
    ) -> None:
        """Wait for the namespaces, put the run's files in the place of the system's, and serve names and ports.

        `ports` are relayed, `stores` are the trust stores of JVMs, `web` the ports of services, and `mail` the hosts and
        ports of mail servers.

        Raises:
            ConfigurationError: this system does not allow isolation, or a port cannot be relayed.
        """
        self._mail_ports = frozenset(port for _, port in mail)
        self._web_ports.update(web, self._mail_ports)
        addresses = mail_addresses(host for host, _ in mail)
        self._mail_hosts = {str(address): host for host, address in addresses.items()}
        self._isolation.ready()
        java = [(files.java, store) for store in stores]
        self._isolation.bind([*isolated_files(files.folder, files.bundle), *java])
        places = [(protocol, address, _NAME_PORT) for protocol in ("udp", "tcp") for address in self._every]
        self._names = NameServer(self._isolation.listen(*places), socket.gethostname(), loop, addresses)
        tunnels = self._tunnels = Tunnels(loop)
        for port in map(int, dict.fromkeys(ports)):
            if port in self._web_ports:
                raise ConfigurationError(f"isolate_ports: {port} cannot be relayed, because services are asked there")

            def relay(sock: socket.socket, port: int = port) -> None:
                tunnels.join(sock, _LOOPBACK, port, b"")

            self._relays += (Acceptor(loop, sock, relay) for sock in self._isolation.listen(("tcp", _LOOPBACK, port)))

    def own(self, port: int = 0) -> socket.socket:
        """A listener on the command's loopback, its port assigned and kept."""
        return self._isolation.listen(("tcp", _LOOPBACK, port))[0]

    def every(self) -> Sequence[socket.socket]:
        """Listeners on all addresses of the command's network."""
        return self._isolation.listen(
            *(("tcp", address, port) for port in sorted(self._web_ports) for address in self._every)
        )

    def mail_host(self, address: str, port: int) -> str | None:
        """The mail server that a connection was to go to; empty where no server of this run is known there."""
        return self._mail_hosts.get(address, "") if port in self._mail_ports else None

    @property
    def caught(self) -> CaughtConnections:
        """What takes note of connections that no variable and no redirect has led here."""
        return self._caught

    @property
    def prefix(self) -> list[str]:
        """See Isolation."""
        return self._isolation.prefix

    @property
    def outgoing(self) -> Callable[[socket.AddressFamily], socket.socket]:
        """Makes sockets on the command's loopback, not on this machine's."""
        return self._isolation.outgoing

    def close(self) -> None:
        """End whoever is left inside, and stop serving."""
        for relay in self._relays:
            relay.close()
        if self._names is not None:
            self._names.close()
        if self._tunnels is not None:
            self._tunnels.close()
        self._isolation.close()
