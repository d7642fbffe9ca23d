"""Which connections go elsewhere, and the made-up addresses that names resolve to so that no name server is asked.

A name's own entry covers all its ports: one that has no route is refused, so that nothing leaks out. `*` covers its
own ports only, so that a database beside the program stays in reach. Loopback is never redirected. Pure: it knows
neither sockets nor the environment.
"""

from __future__ import annotations

import errno
from binascii import crc32

__all__ = ["Addresses", "Routes", "is_literal", "normal_host"]

_NETWORK = "127.77."
_SIZE = 1 << 16
_MAPPED = "::ffff:"


class Routes:
    """Patterns of hosts, and for each the ports that go elsewhere.

    Raises:
        ValueError: the text is malformed; the message names the entry.
    """

    def __init__(self, text: str) -> None:
        self._ports: dict[str, dict[int, tuple[str, int]]] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            host, port, target = _parse(entry)
            self._ports.setdefault(host, {})[port] = target
        self._every = self._ports.pop("*", {})

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts that are named in full."""
        return tuple(host for host in self._ports if not host.startswith("*."))

    def own(self, host: str) -> dict[int, tuple[str, int]] | None:
        """The ports of a normal host's own entry, or of the `*.x` that covers it."""
        if is_loopback(host):
            return None
        ports = self._ports.get(host)
        if ports is None and not host.startswith("."):
            ports = self._ports.get("*." + host.partition(".")[2])
        return ports

    def every(self, host: str, port: int | None) -> tuple[str, int] | None:
        """Where `*` sends a normal host."""
        return None if port is None or is_loopback(host) else self._every.get(port)


class Addresses:
    """The made-up addresses of this process, and where connections go by them, by name or by literal address.

    An address follows from the name alone: a child process finds the ones that its parent has resolved.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._routes = Routes("")

    def follow(self, routes: Routes) -> None:
        """Have these routes from now on; addresses given out under others stay known."""
        self._routes = routes
        for name in routes.names:
            self._address(name)

    def resolve(self, host: str, port: int | None) -> str | None:
        """The made-up address of a host; None leaves it to the system: not redirected, or a literal address."""
        name = normal_host(host)
        if is_literal(name) or (self._routes.own(name) is None and self._routes.every(name, port) is None):
            return None
        return self._address(name)

    def target(self, host: str, port: int) -> tuple[str, int] | None:
        """Where a connection to a name, a literal or a made-up address goes; None where it is not redirected.

        Raises:
            ConnectionRefusedError: the host is redirected, this port of it is not.
        """
        literal = normal_host(host)
        name = self._names.get(_unmapped(literal))
        own = self._routes.own(name or literal)
        target = (own or {}).get(port) or self._routes.every(name or literal, port)
        if target is None and (own is not None or name is not None):
            raise ConnectionRefusedError(
                errno.ECONNREFUSED, f"Connection refused: recproxy does not answer for {name or literal}:{port}"
            )
        return target

    def _address(self, name: str) -> str:
        """The address of a name; dict.setdefault decides races between threads, so that fork meets no lock."""
        start = crc32(name.encode())
        for step in range(_SIZE):
            number = (start + step) % _SIZE
            address = f"{_NETWORK}{number >> 8}.{number & 255}"
            if self._names.setdefault(address, name) == name:
                return address
        raise OSError(errno.EADDRNOTAVAIL, "recproxy: no made-up address is left")


def normal_host(host: str) -> str:
    """Lower case, without a trailing dot, in its ASCII form where it has one."""
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def is_literal(host: str) -> bool:
    """Whether a host is an address, not a name."""
    return ":" in host or host.replace(".", "").isdigit()


def is_loopback(host: str) -> bool:
    """Whether a normal host is this machine by name or address, or any address of it."""
    host = _unmapped(host)
    if is_literal(host):
        return host.startswith("127.") or host in ("0.0.0.0", "::", "::1")
    return host in ("", "localhost") or host.endswith(".localhost")


def _unmapped(host: str) -> str:
    """An IPv4 address in its own form where it stands in IPv6."""
    return host.rpartition(_MAPPED)[2]


def _parse(entry: str) -> tuple[str, int, tuple[str, int]]:
    source, equals, target = entry.partition("=")
    host, _, port = source.rpartition(":")
    address, _, number = target.rpartition(":")
    if not (equals and host and _is_port(port) and _is_port(number) and is_literal(address) and is_loopback(address)):
        raise ValueError(f"RECPROXY_REDIRECT: {entry!r} is not host:port=127.0.0.1:PORT")
    return normal_host(host.strip("[]")), int(port), (address, int(number))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536
