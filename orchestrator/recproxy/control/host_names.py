"""Host names in one form, and which of them are this machine. Imports nothing."""

from __future__ import annotations

__all__ = ["is_loopback", "normal_host"]

#: Before an IPv4 address that stands in IPv6.
_MAPPED = "::ffff:"


def normal_host(host: str) -> str:
    """Lower case, without a trailing dot, in its ASCII form where it has one."""
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def is_loopback(host: str) -> bool:
    """Whether a normal host is this machine by name or address, or any address of it."""
    host = host.rpartition(_MAPPED)[2]
    if ":" in host or host.replace(".", "").isdigit():
        return host.startswith("127.") or host in ("0.0.0.0", "::", "::1")
    return host in ("", "localhost") or host.endswith(".localhost")
