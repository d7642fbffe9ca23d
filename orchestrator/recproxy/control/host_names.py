"""Host names in one form, and which of them are this machine. Imports next to nothing."""

from __future__ import annotations

# What socket is made of: a module that is loaded already, or costs little.
from _socket import AF_INET6, inet_aton, inet_pton

__all__ = ["is_address", "is_loopback", "normal_host"]

#: Before an IPv4 address that stands in IPv6, RFC 4291 section 2.5.5.2.
_MAPPED = bytes(10) + b"\xff\xff"
#: `::` and `::1`.
_IPV6 = (bytes(16), bytes(15) + b"\x01")


def normal_host(host: str) -> str:
    """Lower case, without a trailing dot, in its ASCII form where it has one."""
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def is_address(host: str) -> bool:
    """Whether a normal host is an address, for which no name server is asked: `127.1` is one, `127.1.2.3.4` a name."""
    try:
        if ":" in host:
            inet_pton(AF_INET6, host.partition("%")[0])
            return True
        return host.replace(".", "").isdigit() and bool(inet_aton(host))
    except OSError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a normal host is this machine by name or address, or any address of it."""
    if ":" in host:
        try:
            packed = inet_pton(AF_INET6, host.partition("%")[0])
        except OSError:
            return False
        return packed in _IPV6 or packed[:13] == _MAPPED + b"\x7f" or packed == _MAPPED + bytes(4)
    if host.replace(".", "").isdigit():
        return host == "0.0.0.0" or (host.startswith("127.") and is_address(host))
    return host in ("", "localhost") or host.endswith(".localhost")
