"""Where a run is reached, and who may ask there: loopback, or an address of a network with a rule.

Pure, but for names, which the system resolves once, at the door. A proxy and the orchestrator ask the same rule.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

from recproxy.control.host_names import is_loopback
from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass

__all__ = ["LOOPBACK", "Listening", "peer_of", "read_listening"]

_ANYWHERE = "is every address of this machine: name the one at which the others reach it"
_NO_RULE = (
    "--listen {}: say who may ask there: --peers CIDR for their addresses, or --proxy-credentials, or both; "
    "without a rule recproxy listens on loopback only"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The address of a run's listeners and the rule of who may ask.

    `address` is a literal one, and `name` what the user called it where that is a name. The gateway is at `port`, the
    control address at the next, and base URLs and mail servers of the lane `default` follow in the order of profiles; 0
    leaves all ports to the system. `peers` are networks; this machine may ask besides. With `credentials`, whoever is
    elsewhere must send those of the run to the gateway, and whatever cannot ask for them is for `peers` only.
    """

    address: str = "127.0.0.1"
    name: str = ""
    port: int = 0
    peers: tuple[str, ...] = ()
    credentials: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether other machines can reach it."""
        return not is_loopback(self.address)

    @property
    def host(self) -> str:
        """The address as a URL has it."""
        return f"[{self.address}]" if ":" in self.address else self.address

    @property
    def names(self) -> tuple[str, ...]:
        """What clients may call it besides loopback."""
        return tuple(filter(None, (self.address, self.name))) if self.is_wide else ()

    def is_near(self, peer: str) -> bool:
        """Whether a peer's address is this machine's: what came over loopback, or from the listened address itself."""
        return not self.is_wide or (bool(peer) and (is_loopback(peer) or peer == self.address))

    def allows(self, peer: str) -> bool:
        """Whether a peer's address is in the rule; this machine's always is."""
        return self.is_near(peer) or _is_in(peer, self.peers)

    def lets_connect(self, peer: str) -> bool:
        """Whether a peer may connect to the gateway or the control address, which ask for credentials or the token."""
        return self.allows(peer) or (self.credentials and not self.peers)


LOOPBACK = Listening()


def peer_of(sock: Any) -> str:
    """The address that a connection comes from; empty where it has gone, and no rule allows that."""
    try:
        return str(sock.getpeername()[0]).partition("%")[0]
    except (OSError, IndexError, AttributeError):
        return ""


def read_listening(word: str | None, peers: Sequence[str], *, credentials: bool) -> Listening:
    """The rule that the options of a command give.

    Args:
        word: `ADDRESS`, `ADDRESS:PORT` or a name of this machine in its place; None is loopback.
        peers: networks, several in one word with commas between them.
        credentials: ask for those of the run.

    Raises:
        ConfigurationError: an option is wrong, applies to nothing, or there is no rule.
    """
    given = " and ".join((*(("--peers",) if peers else ()), *(("--proxy-credentials",) if credentials else ())))
    if word is None:
        if given:
            raise ConfigurationError(f"{given}: without --listen ADDRESS nothing outside of this machine may ask")
        return LOOPBACK
    host, port = _read_place(word)
    address = _address(word, host)
    name = "" if address == host else host.lower()
    if is_loopback(address):
        if given:
            raise ConfigurationError(f"{given}: on loopback only this machine can ask: leave it out")
        return Listening(address=address, port=port)
    if not given:
        raise ConfigurationError(_NO_RULE.format(word))
    version = ipaddress.ip_address(address).version
    networks = tuple(_network(each.strip(), version, word) for each in ",".join(peers).split(",") if each.strip())
    if _holds_all(networks):
        raise ConfigurationError(
            f"--peers {','.join(peers)}: together they hold every address, which is no rule: name the network of your peers"
        )
    if peers and not networks:
        raise ConfigurationError("--peers names no network: write it as --peers 10.9.0.0/24")
    return Listening(address=address, name=name, port=port, peers=networks, credentials=credentials)


def _is_in(peer: str, networks: Sequence[str]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(each) for each in networks)


def _holds_all(networks: Sequence[str]) -> bool:
    """Whether networks of one version are all addresses together."""
    found: list[Any] = [ipaddress.ip_network(each) for each in networks]
    return any(not each.prefixlen for each in ipaddress.collapse_addresses(found))


#: Base URLs of a profile with many endpoints follow the port that is named.
_LAST_PORT = 65_000


def _read_place(word: str) -> tuple[str, int]:
    """The host and the port of `ADDRESS:PORT`; an IPv6 address with a port stands in brackets."""
    host, port = word, ""
    if word.startswith("["):
        host, _, rest = word[1:].partition("]")
        port = rest[1:] or "-" if rest.startswith(":") else "-" * len(rest)
    elif word.count(":") == 1:
        host, _, port = word.partition(":")
        port = port or "-"
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT)):
        raise ConfigurationError(
            f"--listen {word}: write it as ADDRESS or ADDRESS:PORT, with a port from 1 to {_LAST_PORT}, "
            "and an IPv6 address with a port as [ADDRESS]:PORT"
        )
    return host, int(port or 0)


def _address(word: str, host: str) -> str:
    """The literal address of a host, in its usual form."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        try:
            found = ipaddress.ip_address(str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]))
        except (OSError, UnicodeError, ValueError):
            raise ConfigurationError(
                f"--listen {word}: {host!r} is no address, and no name that leads to one: name an address of this machine"
            ) from None
    if found.is_unspecified:
        raise ConfigurationError(f"--listen {word}: {found} {_ANYWHERE}")
    if found.is_multicast or getattr(found, "ipv4_mapped", None):
        raise ConfigurationError(f"--listen {word}: {found} is no address of a machine: name one of this machine's")
    if found.version == 6 and found.is_link_local:
        raise ConfigurationError(
            f"--listen {word}: {found} is an address of one link, which no URL can name: name another of this machine's"
        )
    return str(found)


def _network(each: str, version: int, word: str) -> str:
    try:
        network = ipaddress.ip_network(each)
    except ValueError:
        try:
            meant = f"did you mean {ipaddress.ip_network(each, strict=False)}?"
        except ValueError:
            meant = "write it as 10.9.0.0/24 or as an address"
        raise ConfigurationError(f"--peers {each}: it is no network: {meant}") from None
    if not network.prefixlen:
        raise ConfigurationError(
            f"--peers {each}: it holds every address, which is no rule: name the network of your peers"
        )
    if network.version != version:
        raise ConfigurationError(f"--peers {each}: no such peer reaches --listen {word}: it is IPv{version}")
    return str(network)
