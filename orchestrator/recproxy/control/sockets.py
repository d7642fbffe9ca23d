"""What both the gateway and the proxies do with sockets: acknowledge at once, reset on close, never connect to the run."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import struct
from typing import Any

from recproxy.control.host_names import is_loopback
from recproxy.control.listening import LOOPBACK, Listening

__all__ = ["acknowledge", "address_elsewhere", "greet", "hold_reading", "reset_on_close"]

#: On, and no time: what was not sent is dropped, and the peer sees a reset instead of an end.
_NO_LINGER = struct.pack("ii", 1, 0)
#: Where clouds keep the secrets of a machine besides its link: AWS, Google, Alibaba, Azure, Oracle.
_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
)
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def acknowledge(sock: Any) -> None:
    """Acknowledge a part of a request at once.

    The kernel would wait 40 ms for an answer to send it with, and a client that sends head and body apart with Nagle's
    algorithm on (urllib3 through a proxy) waits for it before it sends the rest.
    """
    if _QUICKACK is not None and sock is not None:
        with contextlib.suppress(OSError):  # the client has gone
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def greet(sock: socket.socket, data: bytes) -> bool:
    """Say a few bytes before the peer has said all that it wants, as it may wait for them; True, so that they are said once."""
    with contextlib.suppress(OSError):  # the client has gone
        sock.send(data)
    return True


def reset_on_close(sock: Any) -> None:
    """Let the peer of a connection see a reset when it is closed, so that nobody takes that for a proper end."""
    if sock is not None:
        with contextlib.suppress(OSError):  # the client has gone
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


def hold_reading(transport: asyncio.Transport, *, holds: bool) -> None:
    """Let a peer wait, or read from it again; nothing is done if that is so already, or the connection ends."""
    if transport.is_closing() or holds != transport.is_reading():
        return
    if holds:
        transport.pause_reading()
    else:
        transport.resume_reading()


async def address_elsewhere(host: str, port: int, listening: Listening = LOOPBACK) -> str:
    """An address of a host to connect to at one of the run's own ports: none of this machine, however it is spelled.

    Where other machines reach the run, it is asked for each port. Then no address of this machine is taken, nor one that
    only its own link reaches, where clouds keep the secrets of a machine, or that is known for that.

    Raises:
        OSError: it has none, or its name cannot be resolved.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    for each in map(_unmapped, addresses):
        here = is_loopback(str(each)) or str(each) in listening.names
        if here or (listening.is_wide and _is_of_this_machine(each)):
            raise OSError(None, "it is an address of recproxy itself, which nothing is forwarded to")
        if listening.is_wide and each.is_link_local:
            raise OSError(None, "it is an address of this machine's own link, which nothing is forwarded to for others")
        if listening.is_wide and each in _METADATA:
            raise OSError(
                None, "a cloud keeps the secrets of this machine there: nothing is forwarded to it for others"
            )
    return addresses[0]


def _unmapped(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address without its scope; one of IPv4 that stands in IPv6 (RFC 4291 section 2.5.5.2) as what it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def _is_of_this_machine(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether a socket can be bound to an address, which only those of this machine allow."""
    try:
        with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
