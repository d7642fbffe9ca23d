"""Which connections go elsewhere, and the made-up addresses that names resolve to so that no name server is asked.

A name's own entry covers all its ports: one that has no route is refused, so that nothing leaks out. `*` covers its
own ports only, unless `*=refuse` stands there too: then every name and address without a route is refused, on every
port, but for those with `NAME=pass`. Loopback is never refused, and redirected only by an entry that begins with `!`, from
its port alone; `!*:*` covers all ports of it but those with `!*:PORT=pass`. Pure: it knows neither sockets nor the environment.
"""

from __future__ import annotations

import errno
from _socket import AF_INET6, inet_aton, inet_pton
from binascii import crc32

__all__ = ["Addresses", "RefusedError", "Routes", "is_literal", "normal_host"]

_NETWORK = "127.77."
_SIZE = 1 << 16  # names: as many as the last two bytes of an address can count
_MAIL_PORTS = (25, 143, 465, 587, 993)
_MAPPED = "::ffff:"
_MAPPED_BYTES = bytes(10) + b"\xff\xff"
_IPV6 = (bytes(16), bytes(15) + b"\x01")


class RefusedError(ConnectionRefusedError):
    """A connection that may not leave: where it was to go, and the gateway to tell of it, if any."""

    def __init__(self, host: str, port: int, gateway: tuple[str, int] | None) -> None:
        super().__init__(errno.ECONNREFUSED, f"Connection refused: recproxy does not answer for {host}:{port}")
        self.host = host
        self.port = port
        self.gateway = gateway


class Routes:
    """Patterns of hosts, and for each the ports that go elsewhere.

    Raises:
        ValueError: the text is malformed; the message names the entry.
    """

    def __init__(self, text: str) -> None:
        self._ports: dict[str, dict[int, tuple[str, int]]] = {}
        self._local: dict[tuple[str, int], tuple[str, int]] = {}
        self._every_local: tuple[str, int] | None = None
        self._kept_ports: set[str] = set()
        self._passing: set[str] = set()
        self.refuses = False
        for entry in filter(None, (part.strip() for part in text.split(","))):
            source, _, word = entry.partition("=")
            if source.startswith("!*:"):
                self._read_local(source.removeprefix("!*:"), entry)
            elif word == "pass" and source:
                self._passing.add(normal_host(source.strip("[]")))
            elif (source, word) == ("*", "refuse"):
                self.refuses = True
            elif entry.startswith("!"):
                host, port, target = _parse(entry[1:])
                self._local[host, port] = target
            else:
                host, port, target = _parse(entry)
                self._ports.setdefault(host, {})[port] = target
        self._every = self._ports.pop("*", {})

    def _read_local(self, port: str, entry: str) -> None:
        """Read an entry for all of loopback: where all ports lead, or one that stays as it is."""
        if entry.endswith("=pass"):
            self._kept_ports.add(port)
        else:
            _, _, self._every_local = _parse(entry.replace("!*:*", "*:1"))

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts that are named in full."""
        return tuple(host for host in self._ports if not host.startswith("*."))

    def own(self, host: str) -> dict[int, tuple[str, int]] | None:
        """The ports of a normal host's own entry, or of the `*.x` that covers it."""
        if _is_loopback(host):
            return None
        ports = self._ports.get(host)
        if ports is None and not host.startswith("."):
            ports = self._ports.get("*." + host.partition(".")[2])
        return ports

    @property
    def gateway(self) -> tuple[str, int] | None:
        """Where `*` leads: the gateway, which gets a report of each refused host."""
        return next(iter(self._every.values()), None)

    def local(self, host: str, port: int, *, own: bool) -> tuple[str, int] | None:
        """Where a port of this machine leads: of a loopback address, or of one of its `own`; else it stays as it is."""
        target = self._local.get((host, port))
        if target is None and (own or _is_loopback(host)) and str(port) not in self._kept_ports:
            target = self._every_local
        return target if target != (host, port) else None

    def refused(self, host: str) -> bool:
        """Whether a normal host without a route is refused: all are, but for loopback and those that pass."""
        if not self.refuses or _is_loopback(host):
            return False
        return host not in self._passing and "*." + host.partition(".")[2] not in self._passing

    def every(self, host: str, port: int | None) -> tuple[str, int] | None:
        """Where `*` sends a normal host."""
        return None if port is None or _is_loopback(host) else self._every.get(port)


class Addresses:
    """The made-up addresses of this process, and where connections go by them, by name or by literal address.

    An address follows from the name alone: a child process finds the ones that its parent has resolved.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._routes = Routes("")
        self._reported: set[tuple[str, int]] = set()
        self._own: set[str] = set()

    def follow(self, routes: Routes) -> None:
        """Have these routes from now on; addresses given out under others stay known."""
        self._routes = routes
        for name in routes.names:
            self._address(name)

    def allow(self, host: str) -> None:
        """Neither redirect nor refuse this machine's own name, nor the addresses that it resolves to."""
        self._own.add(_unmapped(normal_host(host)))

    def allowed(self, host: str) -> bool:
        """Whether a host is this machine by its own name or by an address of that."""
        return _unmapped(normal_host(host)) in self._own

    def resolve(self, host: str, port: int | None) -> str | None:
        """The made-up address of a host; None leaves it to the system: not redirected, or a literal address."""
        name = normal_host(host)
        if is_literal(name) or name in self._own:
            return None
        routed = self._routes.own(name) is not None or self._routes.every(name, port) is not None
        return self._address(name) if routed or self._routes.refused(name) else None

    def target(self, host: str, port: int, *, datagram: bool = False) -> tuple[str, int] | None:
        """Where a connection to a name, a literal or a made-up address goes; None where it is not redirected.

        QUIC and other datagrams have no proxy to go to: they are refused where TCP would be redirected.

        Raises:
            RefusedError: the host is redirected and this port of it is not, or the host may not be reached at all.
        """
        literal = normal_host(host)
        name = self._names.get(_unmapped(literal))
        local = None if name is not None else self._routes.local(_unmapped(literal), port, own=self.allowed(literal))
        if local is not None and not datagram:
            return local
        if self.allowed(literal):
            return None
        own = self._routes.own(name or literal)
        target = (own or {}).get(port) or self._routes.every(name or literal, port)
        refused = own is None and self._routes.refused(name or _unmapped(literal))
        if target is not None and not datagram:
            return target
        if own is not None or name is not None or refused:
            # A client that tries again is reported once.
            gateway = self._routes.gateway if refused else None
            if own is not None and port in _MAIL_PORTS and not datagram:
                gateway = own.get(443)  # only hosts of HTTP have it: those of mail lead to no gateway
            if (name or literal, port) in self._reported:
                gateway = None
            self._reported.add((name or literal, port))
            raise RefusedError(name or literal, port, gateway)
        return None

    def is_local(self, host: str) -> bool:
        """Whether a host is this machine, and not the made-up address of a name."""
        name = _unmapped(normal_host(host))
        return name not in self._names and (_is_loopback(name) or name in self._own)

    def literal(self, host: str) -> str | None:
        """The literal address that a connection names; None for a name, or a made-up address of one."""
        address = _unmapped(normal_host(host))
        return address if is_literal(address) and address not in self._names else None

    def _address(self, name: str) -> str:
        """The address of a name; dict.setdefault decides races between threads, so that fork meets no lock."""
        start = crc32(name.encode())
        for step in range(_SIZE):
            number = (start + step) % _SIZE
            address = f"{_NETWORK}{number >> 8}.{number & 255}"
            if self._names.setdefault(address, name) == name:
                return address
        raise OSError(errno.EADDRNOTAVAIL, "recproxy: no address is left for another redirected name")


def normal_host(host: str) -> str:
    """Lower case, without a trailing dot, in its ASCII form where it has one.

    The same as in control.host_names, which is not imported here: each Python process that a test starts would pay
    for its package. A test holds the two equal.
    """
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def is_literal(host: str) -> bool:
    """Whether a host is an address, not a name."""
    return ":" in host or host.replace(".", "").isdigit()


def _is_loopback(host: str) -> bool:
    """Whether a normal host is this machine by name or address, or any address of it; as in control.host_names."""
    if ":" in host:
        try:
            packed = inet_pton(AF_INET6, host.partition("%")[0])
        except OSError:
            return False
        return packed in _IPV6 or packed[:13] == _MAPPED_BYTES + b"\x7f" or packed == _MAPPED_BYTES + bytes(4)
    if is_literal(host):
        return host == "0.0.0.0" or (host.startswith("127.") and _is_ipv4(host))
    return host in ("", "localhost") or host.endswith(".localhost")


def _is_ipv4(host: str) -> bool:
    """Whether what is of digits and dots is an address: `127.1` is one, `127.1.2.3.4` is a name."""
    try:
        return bool(inet_aton(host))
    except OSError:
        return False


def _unmapped(host: str) -> str:
    """An IPv4 address in its own form where it stands in IPv6."""
    return host.rpartition(_MAPPED)[2]


def _parse(entry: str) -> tuple[str, int, tuple[str, int]]:
    source, equals, target = entry.partition("=")
    host, _, port = source.rpartition(":")
    address, _, number = target.rpartition(":")
    if not (equals and host and _is_port(port) and _is_port(number) and _is_ipv4(address)):
        raise ValueError(f"RECPROXY_REDIRECT: {entry!r} is not host:port=ADDRESS:PORT")
    return normal_host(host.strip("[]")), int(port), (address, int(number))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536
